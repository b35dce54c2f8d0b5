package io.mirrorneuron.cli.schedule;

import io.mirrorneuron.cli.Client;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** What a schedule is to be, in options. */
final class ScheduleOptions {
  @Option(
      names = "--cron",
      paramLabel = "EXPR",
      description = "Minute, hour, day of month, month, day of week; may be given several times.")
  List<String> crons = List.of();

  @Option(names = "--name", paramLabel = "NAME", description = "What people call it.")
  String name;

  @Option(
      names = "--timezone",
      paramLabel = "ZONE",
      description = "Whose clock counts; UTC unless said.")
  String timezone;

  @Option(
      names = "--missed-policy",
      paramLabel = "POLICY",
      description =
          "What becomes of missed times: catchup_one, unless said, makes one job for all of them,"
              + " catchup_all one for each, skip none.")
  String missedPolicy;

  @Option(
      names = "--catchup-limit",
      paramLabel = "N",
      description = "So many missed times are made up for at most; 10 unless said.")
  Integer catchupLimit;

  @Option(
      names = "--catchup-within",
      paramLabel = "TIME",
      description = "What was missed longer ago is not made up for any more; 1d unless said.")
  String catchupWithin;

  @Option(names = "--allow-overlap", description = "Also while an earlier job still runs.")
  boolean allowOverlap;

  @Option(
      names = "--window",
      paramLabel = "TIME",
      description = "How long a job may take before it is cancelled, such as 30m.")
  String window;

  @Option(
      names = "--schedule-json",
      paramLabel = "JSON",
      description = "The schedule as an object; options replace its members.")
  String json;

  /**
   * The members that were given; those of {@code --schedule-json} where no option replaces them.
   */
  Map<String, Object> members(Client client) {
    Map<String, Object> schedule = new LinkedHashMap<>();
    if (json != null) {
      schedule.putAll(ScheduleSpec.object(client, "--schedule-json", json));
    }
    if (!crons.isEmpty()) {
      schedule.put("crons", crons);
    }
    put(schedule, "name", name);
    put(schedule, "timezone", timezone);
    put(schedule, "missed_policy", missedPolicy);
    put(schedule, "catchup_limit", catchupLimit);
    if (catchupWithin != null) {
      schedule.put(
          "catchup_within_ms", ScheduleSpec.millis(client, "--catchup-within", catchupWithin));
    }
    if (allowOverlap) {
      schedule.put("prohibit_overlap", false);
    }
    if (window != null) {
      long millis = ScheduleSpec.millis(client, "--window", window);
      schedule.put("window", Map.of("duration_ms", millis, "end_action", "cancel"));
    }
    return schedule;
  }

  private static void put(Map<String, Object> schedule, String name, Object value) {
    if (value != null) {
      schedule.put(name, value);
    }
  }
}
