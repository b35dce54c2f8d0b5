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
    description = {
      "Changes a schedule; what no option names stays.",
      "Its jobs are made of another bundle with --bundle: mn schedule rollback goes back."
    },
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  mn schedule update SCHEDULE_ID --cron '30 2 * * *' --timezone Europe/Berlin",
      "  mn schedule update SCHEDULE_ID --schedule-json '{\"jitter_ms\": 60000}'",
      "  mn schedule update SCHEDULE_ID --bundle my-bundle/ --input region=north"
    })
final class ScheduleUpdateCommand implements Callable<Integer> {
  @Mixin Client client;

  @Parameters(paramLabel = "SCHEDULE_ID", description = ScheduleAddress.ID)
  String id;

  @Option(
      names = "--bundle",
      paramLabel = "BUNDLE",
      description = "What its jobs are made of from now on: a folder, a zip or a manifest.")
  String bundle;

  @Mixin BundleInputOptions inputs;

  @Mixin ScheduleOptions options;

  @Option(names = "--reason", paramLabel = "TEXT", description = "Why it is changed.")
  String reason;

  @Override
  public Integer call() throws InterruptedException {
    Map<String, Object> changes = options.members(client);
    if (bundle != null && !changes.isEmpty()) {
      throw client.misuse(
          "--bundle goes with --input and --reason only; change the times by another call, or both"
              + " by mn schedule apply");
    }
    if (bundle == null && inputs.areGiven()) {
      throw client.misuse("--input is for --bundle");
    }
    if (bundle != null) {
      return replace();
    }
    if (changes.isEmpty()) {
      throw client.misuse("name what is to change, for example --cron or --schedule-json");
    }
    return client.show(
        mn -> ScheduleAddress.of(mn, id, known -> mn.schedules().update(known, changes, reason)),
        schedule -> ShownSchedules.line(client, schedule));
  }

  private Integer replace() throws InterruptedException {
    Map<String, ?> given = inputs.values(client);
    return client.show(
        mn ->
            ShownSchedules.sent(
                bundle,
                given,
                "update",
                wanted -> mn.schedules().replaceBundle(id, wanted, reason)),
        applied -> ShownSchedules.applied(client, applied));
  }
}
