package io.mirrorneuron.cli.schedule;

import io.mirrorneuron.cli.Client;
import io.mirrorneuron.wire.Json;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Words of a command line that say when. */
public final class ScheduleSpec {
  private static final Pattern DURATION = Pattern.compile("([0-9]{1,12})\\s*(ms|s|m|h|d)?");
  private static final long RETRY_MS = 30_000;

  private ScheduleSpec() {}

  /**
   * As {@code mn run --schedule} takes it: a JSON object, {@code auto}, a delay such as {@code
   * 30m}, or a time.
   */
  public static Map<String, Object> of(Client client, String text) {
    String word = text.strip();
    if (word.startsWith("{")) {
      return object(client, "--schedule", word);
    }
    if (word.toLowerCase(Locale.ROOT).matches("auto|resource|resource_wait")) {
      return whenThereIsRoom(client);
    }
    return DURATION.matcher(word).matches()
        ? Map.of("kind", "delayed", "delay_ms", millis(client, "--schedule", word))
        : Map.of("kind", "delayed", "run_at", word);
  }

  /** A job as soon as there is room for it. */
  public static Map<String, Object> whenThereIsRoom(Client client) {
    String retry = client.screen().environment().get("MN_RESOURCE_WAIT_RETRY_MS");
    boolean isNumber = retry != null && retry.matches("[1-9][0-9]{0,11}");
    return Map.of(
        "kind", "resource_wait", "retry_interval_ms", isNumber ? Long.parseLong(retry) : RETRY_MS);
  }

  /** A time that is as long as it says; a bare number counts seconds. */
  static long millis(Client client, String option, String text) {
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

  static Map<String, Object> object(Client client, String option, String text) {
    var json = client.parsed(option, text);
    if (!json.isObject()) {
      throw client.misuse(option + " must be a JSON object");
    }
    Map<String, Object> members = new java.util.LinkedHashMap<>();
    json.properties()
        .forEach(
            member ->
                members.put(
                    member.getKey(), Json.MAPPER.convertValue(member.getValue(), Object.class)));
    return members;
  }
}
