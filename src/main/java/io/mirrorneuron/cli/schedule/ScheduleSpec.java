package io.mirrorneuron.cli.schedule;

import io.mirrorneuron.cli.Client;
import io.mirrorneuron.port.schedule.ScheduleView.MissedTimesDefault;
import io.mirrorneuron.wire.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Parses schedule times from a command line. */
public final class ScheduleSpec {
  private static final Pattern DURATION = Pattern.compile("([0-9]{1,12})\\s*(ms|s|m|h|d)?");
  private static final Pattern TIME = Pattern.compile("\\d{4}-\\d{2}-\\d{2}[Tt]\\d{2}:\\d{2}\\S*");
  private static final long RETRY_MS = 30_000;

  private ScheduleSpec() {}

  /**
   * As {@code mn run --schedule} takes it: a JSON object, {@code auto}, a delay such as {@code
   * 30m}, or a time.
   */
  public static Map<String, Object> of(Client client, String text) {
    String word = text.strip();
    if (word.startsWith("{")) {
      Map<String, Object> schedule = object(client, "--schedule", word);
      MissedTimesDefault.madeUpFor(schedule);
      return schedule;
    }
    if (word.toLowerCase(Locale.ROOT).matches("auto|resource|resource_wait")) {
      return whenThereIsRoom(client);
    }
    if (DURATION.matcher(word).matches()) {
      return after(client, "--schedule", word);
    }
    if (!TIME.matcher(word).matches()) {
      throw client.misuse(
          "--schedule must be a delay such as 30m, a time such as 2026-06-21T02:00:00Z, auto, or a"
              + " JSON object, not \"%s\"".formatted(text));
    }
    return at(client, "--schedule", word);
  }

  /** Once, by {@code --at} or by {@code --in}; null for the option that is not given. */
  static Map<String, Object> once(Client client, String at, String in) {
    if (at != null && in != null) {
      throw client.misuse("--at and --in both say when; give one of them");
    }
    if (at == null && in == null) {
      throw client.misuse("give --at or --in");
    }
    return at == null ? after(client, "--in", in) : at(client, "--at", at);
  }

  /** Once, so much later. */
  static Map<String, Object> after(Client client, String option, String text) {
    return once("delay_ms", millis(client, option, text));
  }

  /** Once, at an ISO time, with an offset or without. */
  static Map<String, Object> at(Client client, String option, String text) {
    if (!TIME.matcher(text.strip()).matches()) {
      throw client.misuse(
          "%s must be an ISO time such as 2026-06-21T02:00:00Z, not \"%s\""
              .formatted(option, text));
    }
    return once("run_at", text.strip());
  }

  /**
   * @param grace null for none
   */
  static void put(Client client, Map<String, Object> schedule, String missedPolicy, String grace) {
    schedule.put("missed_policy", missedPolicy);
    if (grace != null) {
      schedule.put("missed_grace_ms", millis(client, "--grace", grace));
    }
  }

  /** It is run when a server runs, should none have run at its time. */
  private static Map<String, Object> once(String member, Object when) {
    Map<String, Object> schedule = new LinkedHashMap<>();
    schedule.put("kind", "delayed");
    schedule.put(member, when);
    schedule.put("missed_policy", MissedTimesDefault.MADE_UP_FOR);
    return schedule;
  }

  /** A job as soon as there is room for it. */
  public static Map<String, Object> whenThereIsRoom(Client client) {
    String retry = client.screen().environment().get("MN_RESOURCE_WAIT_RETRY_MS");
    boolean isNumber = retry != null && retry.matches("[1-9][0-9]{0,11}");
    return Map.of(
        "kind", "resource_wait", "retry_interval_ms", isNumber ? Long.parseLong(retry) : RETRY_MS);
  }

  /** A time that is as long as it says; a bare number counts seconds. */
  public static long millis(Client client, String option, String text) {
    Matcher duration = DURATION.matcher(text.strip());
    if (!duration.matches()) {
      throw client.misuse(option + " must be a time such as 90, 30m or 2h");
    }
    long number = Long.parseLong(duration.group(1));
    return switch (duration.group(2) == null ? "s" : duration.group(2)) {
      case "ms" -> number;
      case "m" -> number * 60_000;
      case "h" -> number * 3_600_000;
      case "d" -> number * 86_400_000;
      default -> number * 1_000;
    };
  }

  /** Null is allowed, too. */
  public static void requireOneOf(Client client, String option, String word, List<String> known) {
    if (word != null && !known.contains(word)) {
      throw client.misuse("%s must be one of %s".formatted(option, String.join(", ", known)));
    }
  }

  /** The object that an option was given as. */
  public static Map<String, Object> object(Client client, String option, String text) {
    var json = client.parsed(option, text);
    if (!json.isObject()) {
      throw client.misuse(option + " must be a JSON object");
    }
    Map<String, Object> members = new LinkedHashMap<>();
    json.properties()
        .forEach(
            member ->
                members.put(
                    member.getKey(), Json.MAPPER.convertValue(member.getValue(), Object.class)));
    return members;
  }
}
