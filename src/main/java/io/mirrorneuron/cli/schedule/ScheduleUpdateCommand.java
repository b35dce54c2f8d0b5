package io.mirrorneuron.cli.schedule;

import io.mirrorneuron.cli.Client;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mn schedule update}. */
@Command(
    name = "update",
    description = "Changes a schedule; what no option names stays.",
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  mn schedule update SCHEDULE_ID --cron '30 2 * * *' --timezone Europe/Berlin",
      "  mn schedule update SCHEDULE_ID --schedule-json '{\"jitter_ms\": 60000}'"
    })
final class ScheduleUpdateCommand implements Callable<Integer> {
  @Mixin Client client;

  @Parameters(paramLabel = "SCHEDULE_ID", description = ScheduleAddress.ID)
  String id;

  @Mixin ScheduleOptions options;

  @Option(names = "--reason", paramLabel = "TEXT", description = "Why it is changed.")
  String reason;

  @Override
  public Integer call() throws InterruptedException {
    Map<String, Object> changes = options.members(client);
    if (changes.isEmpty()) {
      throw client.misuse("name what is to change, for example --cron or --schedule-json");
    }
    return client.show(
        mn -> ScheduleAddress.of(mn, id, known -> mn.schedules().update(known, changes, reason)),
        schedule -> ShownSchedules.line(client, schedule));
  }
}
