package io.mirrorneuron.cli.schedule;

import io.mirrorneuron.MirrorNeuron;
import io.mirrorneuron.cli.Client;
import io.mirrorneuron.port.schedule.ScheduleView;
import io.mirrorneuron.port.schedule.SchedulesPort.BackfillReport;
import io.mirrorneuron.port.schedule.SchedulesPort.BackfillView;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mn schedule backfill}. */
@Command(
    name = "backfill",
    description = {
      "Makes jobs for the times that a schedule has in a past range, oldest first.",
      "Times that have had their job get no other."
    },
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  mn schedule backfill SCHEDULE_ID --from 2026-06-01 --to 2026-06-08 --dry-run",
      "  mn schedule backfill SCHEDULE_ID --from 2026-06-01 --to 2026-06-08 --concurrency 3 --wait",
      "  mn schedule backfill SCHEDULE_ID --cancel"
    })
final class ScheduleBackfillCommand implements Callable<Integer> {
  private static final long LOOK_MS = 1_000;

  @Mixin Client client;

  @Parameters(paramLabel = "SCHEDULE_ID", description = ScheduleAddress.ID)
  String id;

  @Option(
      names = "--from",
      paramLabel = "TIME",
      description = "The first time of the range: a day, or an ISO time.")
  String from;

  @Option(names = "--to", paramLabel = "TIME", description = "Later than all times of the range.")
  String to;

  @Option(
      names = "--concurrency",
      paramLabel = "N",
      description = "So many of its jobs are open at a time at most: 1, unless said, to 20.")
  Integer concurrency;

  @Option(names = "--dry-run", description = "Only show the times.")
  boolean dryRun;

  @Option(names = "--wait", description = "Wait until all its jobs have ended.")
  boolean waits;

  @Option(names = "--cancel", description = "Make no more jobs; those that are open go on.")
  boolean cancels;

  @Override
  public Integer call() throws InterruptedException {
    if (cancels) {
      if (from != null || to != null || concurrency != null || dryRun || waits) {
        throw client.misuse("--cancel takes no other options");
      }
      return client.show(
          mn -> ScheduleAddress.of(mn, id, mn.schedules()::cancelBackfill), this::tell);
    }
    if (from == null || to == null) {
      throw client.misuse("give --from and --to, or --cancel");
    }
    if (dryRun && waits) {
      throw client.misuse("with --dry-run there is nothing to wait for");
    }
    if (!waits) {
      return client.show(
          mn -> ScheduleAddress.of(mn, id, known -> mn.schedules().backfill(known, wanted())),
          report -> ShownSchedules.backfill(client, report));
    }
    return client.show(this::over, this::tell);
  }

  private void tell(ScheduleView schedule) {
    ShownSchedules.backfill(client, schedule.scheduleId(), schedule.backfill());
  }

  /** A day begins at midnight. */
  private static String time(String text) {
    return text.matches("\\d{4}-\\d{2}-\\d{2}") ? text + "T00:00:00" : text;
  }

  private Map<String, Object> wanted() {
    Map<String, Object> wanted = new LinkedHashMap<>();
    wanted.put("from", time(from));
    wanted.put("to", time(to));
    if (concurrency != null) {
      wanted.put("concurrency", concurrency);
    }
    if (dryRun) {
      wanted.put("dry_run", true);
    }
    return wanted;
  }

  private ScheduleView over(MirrorNeuron mn) throws InterruptedException {
    BackfillReport report =
        ScheduleAddress.of(mn, id, known -> mn.schedules().backfill(known, wanted()));
    String mine = report.backfill().startedAt();
    ScheduleView schedule = mn.schedules().get(report.scheduleId());
    while (isRunning(schedule.backfill(), mine)) {
      new CountDownLatch(1).await(LOOK_MS, TimeUnit.MILLISECONDS);
      schedule = mn.schedules().get(report.scheduleId());
    }
    return schedule;
  }

  private static boolean isRunning(BackfillView backfill, String mine) {
    return backfill != null
        && backfill.status().equals("running")
        && backfill.startedAt().equals(mine);
  }
}
