package io.mirrorneuron.cli.schedule;

import io.mirrorneuron.cli.Client;
import io.mirrorneuron.port.schedule.NewSchedule;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mn schedule apply}. */
@Command(
    name = "apply",
    description = {
      "Gives the schedule with a name this bundle, and makes it when there is none.",
      "Its id, history and counters stay. Without --cron and --schedule-json the manifest says",
      "when; where that says nothing, its times stay."
    },
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  mn schedule apply nightly my-bundle/ --cron '0 2 * * *' --timezone Europe/Berlin",
      "  mn schedule apply nightly my-bundle/     only the bundle",
      "  mn schedule rollback SCHEDULE_ID         back to the bundle before"
    })
final class ScheduleApplyCommand implements Callable<Integer> {
  @Mixin Client client;

  @Parameters(
      index = "0",
      paramLabel = "NAME",
      description = "The schedule's name. Two active schedules of that name are refused.")
  String name;

  @Parameters(
      index = "1",
      paramLabel = "BUNDLE",
      description = "A folder, a zip or a manifest on its own.")
  String bundle;

  @Mixin BundleInputOptions inputs;

  @Mixin ScheduleOptions options;

  @Option(names = "--reason", paramLabel = "TEXT", description = "Why it is changed.")
  String reason;

  @Override
  public Integer call() throws InterruptedException {
    Map<String, Object> schedule = new LinkedHashMap<>(options.members(client));
    Map<String, ?> given = inputs.values(client);
    return client.show(
        mn ->
            ShownSchedules.sent(
                bundle,
                given,
                "apply",
                wanted ->
                    mn.schedules()
                        .apply(
                            name,
                            new NewSchedule(wanted.bundle(), schedule, wanted.source()),
                            reason)),
        applied -> ShownSchedules.applied(client, applied));
  }
}
