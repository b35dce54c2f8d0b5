package io.mirrorneuron.cli.schedule;

import io.mirrorneuron.Bundle;
import io.mirrorneuron.MirrorNeuron;
import io.mirrorneuron.cli.BundleReport;
import io.mirrorneuron.cli.Client;
import io.mirrorneuron.cli.Output;
import io.mirrorneuron.port.schedule.ScheduleView;
import io.mirrorneuron.port.schedule.ScheduleView.DispatchRecord;
import io.mirrorneuron.port.schedule.ScheduleView.ScheduleVersions;
import io.mirrorneuron.port.schedule.SchedulesPort.AppliedSchedule;
import io.mirrorneuron.port.schedule.SchedulesPort.BackfillReport;
import io.mirrorneuron.port.schedule.SchedulesPort.BackfillView;
import io.mirrorneuron.port.schedule.SchedulesPort.FiringPreview;
import io.mirrorneuron.port.schedule.SchedulesPort.FiringPreview.FiringTime;
import io.mirrorneuron.port.schedule.SchedulesPort.NewSchedule;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Formats schedules for people. */
public final class ShownSchedules {
  private static final List<String> HEADERS =
      List.of(
          "Schedule",
          "Kind",
          "Name",
          "Status",
          "Next",
          "Jobs",
          "Missed",
          "Skipped",
          "Blocked",
          "Failed");
  private static final List<String> DISPATCHES =
      List.of("Due", "Status", "Reason", "Version", "Job");
  private static final List<String> VERSIONS =
      List.of("Version", "Current", "Since", "By", "From", "Manifest");
  private static final List<String> FIRINGS = List.of("Due", "Local", "Clock", "Also due");

  private static final List<String> TIMES = List.of("Due", "Local", "Clock", "Had its job");

  private ShownSchedules() {}

  static ScheduleView create(
      MirrorNeuron mn, String bundle, Map<String, Object> schedule, String command) {
    return create(mn, bundle, Map.of(), schedule, command);
  }

  /** Makes a schedule of a bundle with values for its inputs. */
  public static ScheduleView create(
      MirrorNeuron mn,
      String bundle,
      Map<String, ?> inputs,
      Map<String, Object> schedule,
      String command) {
    return sent(
        bundle,
        inputs,
        command,
        wanted ->
            mn.schedules().create(new NewSchedule(wanted.bundle(), schedule, wanted.source())));
  }

  /**
   * Does something with a bundle with values for its inputs.
   *
   * @param work gets it without times
   */
  static <T> T sent(
      String bundle, Map<String, ?> inputs, String command, Function<NewSchedule, T> work) {
    try (Bundle opened = BundleReport.open(bundle)) {
      return work.apply(
          new NewSchedule(
              opened.submission(inputs), Map.of(), Map.of("cli", command, "bundle", bundle)));
    }
  }

  /** What came of a bundle, and when its next jobs are made. */
  static void applied(Client client, AppliedSchedule applied) {
    ScheduleView schedule = applied.schedule();
    String status = client.screen().paint().status(schedule.status(), schedule.status());
    client
        .output()
        .line(
            "Schedule %s: %s, version %d, %s"
                .formatted(schedule.scheduleId(), applied.outcome(), schedule.version(), status));
    if (!applied.next().isEmpty()) {
      client.output().table(FIRINGS, applied.next().stream().map(ShownSchedules::row).toList());
    }
  }

  static void versions(Client client, ScheduleVersions versions) {
    client.output().table(VERSIONS, versions.data().stream().map(ShownSchedules::row).toList());
  }

  private static List<String> row(ScheduleVersions.Version one) {
    return texts(
        one.version(),
        one.current() ? "yes" : "",
        one.createdAt(),
        one.submittedBy(),
        one.source() == null ? "" : one.source().getOrDefault("bundle", ""),
        one.fingerprint());
  }

  private static List<String> row(FiringTime time) {
    return texts(
        time.at(),
        time.local(),
        time.clockChange(),
        time.alsoDue() == null ? "" : String.join(", ", time.alsoDue()));
  }

  /** One line for what has just changed. */
  public static void line(Client client, ScheduleView schedule) {
    String next =
        schedule.nextRunAt() == null
            ? ""
            : ", due next at " + client.output().moment(schedule.nextRunAt());
    String status = client.screen().paint().status(schedule.status(), schedule.status());
    client.output().line("Schedule " + schedule.scheduleId() + ": " + status + next);
    schedule.warnings().forEach(warning -> client.output().line("Warning: " + warning));
  }

  static void table(Client client, List<ScheduleView> all) {
    Output output = client.output();
    output.table(HEADERS, all.stream().map(one -> row(output, one)).toList());
  }

  private static List<String> row(Output output, ScheduleView one) {
    return texts(
        one.scheduleId(),
        one.kind(),
        one.name(),
        one.status(),
        output.moment(one.nextRunAt()),
        one.counters().dispatched(),
        one.counters().missed(),
        one.counters().skipped(),
        one.counters().blocked(),
        one.counters().failed());
  }

  private static List<String> texts(Object... cells) {
    return Stream.of(cells).map(cell -> Objects.toString(cell, "")).toList();
  }

  static void full(Client client, ScheduleView one) {
    Output output = client.output();
    output.field("Schedule", one.scheduleId());
    output.field("Name", Objects.toString(one.name(), ""));
    output.field("Kind", one.kind());
    output.field("Status", one.status());
    output.field("When", when(one));
    output.field("Version", Objects.toString(one.version(), ""));
    output.field("Next", output.moment(one.nextRunAt()));
    output.field("Open jobs", String.join(", ", one.activeJobIds()));
    output.field("Why", one.why());
    if (one.backfill() != null) {
      output.field("Backfill", sentence(one.backfill()));
    }
    if (one.dispatches() != null && !one.dispatches().isEmpty()) {
      output.line("");
      output.table(DISPATCHES, one.dispatches().stream().map(each -> row(output, each)).toList());
      one.dispatches().stream()
          .filter(dispatch -> dispatch.statusReason() != null)
          .forEach(dispatch -> output.line(why(output, dispatch)));
    }
  }

  private static String sentence(BackfillView backfill) {
    return "%s, %d of %d times had or got their job, %d failed, from %s to %s"
        .formatted(
            backfill.status(),
            backfill.made() + backfill.skipped(),
            backfill.total(),
            backfill.failed(),
            backfill.from(),
            backfill.to());
  }

  static void backfill(Client client, String id, BackfillView backfill) {
    client.output().line("Backfill of " + id + ": " + sentence(backfill));
  }

  /** The times of a dry run, or that it has begun. */
  static void backfill(Client client, BackfillReport report) {
    if (!report.dryRun()) {
      backfill(client, report.scheduleId(), report.backfill());
      return;
    }
    List<List<String>> rows =
        report.data().stream()
            .map(
                time ->
                    texts(time.at(), time.local(), time.clockChange(), time.hadJob() ? "yes" : ""))
            .toList();
    client.output().table(TIMES, rows);
    client
        .output()
        .line(
            "%d times%s; nothing was made."
                .formatted(
                    report.total(),
                    report.total() > rows.size() ? ", the first " + rows.size() + " shown" : ""));
  }

  private static String when(ScheduleView one) {
    if (one.crons() != null && !one.crons().isEmpty()) {
      return String.join("; ", one.crons()) + " (" + one.timezone() + ")";
    }
    return one.trigger() == null || one.trigger().isEmpty()
        ? Objects.toString(one.runAt(), "")
        : when(one.trigger());
  }

  private static String when(Map<String, Object> trigger) {
    if (trigger.get("correlate") instanceof Map<?, ?> correlate
        && correlate.get("events") instanceof List<?> events) {
      return events.stream()
          .map(event -> event instanceof Map<?, ?> members ? members.get("event_type") : event)
          .map(Objects::toString)
          .collect(Collectors.joining(" and ", "events ", ""));
    }
    String event = "event " + trigger.get("event_type");
    return trigger.containsKey("debounce") ? event + ", then quiet" : event;
  }

  private static List<String> row(Output output, DispatchRecord one) {
    return texts(
        output.moment(one.scheduledFor()), one.status(), one.reason(), one.version(), one.jobId());
  }

  /** Below the table, where it is not cut. */
  private static String why(Output output, DispatchRecord one) {
    return output.moment(one.scheduledFor())
        + " "
        + one.status()
        + ": "
        + Output.printable(one.statusReason());
  }

  static void firings(Client client, FiringPreview preview) {
    if (preview.data().isEmpty()) {
      client.output().line("No time makes it due: it waits for something else, or is paused.");
      return;
    }
    client.output().table(FIRINGS, preview.data().stream().map(ShownSchedules::row).toList());
  }
}
