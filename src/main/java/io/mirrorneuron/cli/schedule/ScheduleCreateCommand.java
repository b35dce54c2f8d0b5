package io.mirrorneuron.cli.schedule;

import io.mirrorneuron.Bundle;
import io.mirrorneuron.cli.BundleReport;
import io.mirrorneuron.cli.Client;
import io.mirrorneuron.port.schedule.MissedTimes;
import io.mirrorneuron.port.schedule.PreviewQuery;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mn schedule create}. */
@Command(
    name = "create",
    description = {
      "Runs a bundle again and again.",
      "Without --cron and --schedule-json the bundle's own manifest says when."
    },
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  mn schedule create my-bundle/ --cron '0 2 * * *' --timezone Europe/Berlin",
      "  mn schedule create my-bundle/ --cron '*/5 * * * *' --preview   only show when"
    })
final class ScheduleCreateCommand implements Callable<Integer> {
  @Mixin Client client;

  @Parameters(paramLabel = "BUNDLE", description = "A folder, a zip or a manifest on its own.")
  String bundle;

  @Mixin BundleInputOptions inputs;

  @Mixin ScheduleOptions options;

  @Option(names = "--preview", description = "Only show when it would be due.")
  boolean preview;

  @Override
  public Integer call() throws InterruptedException {
    Map<String, Object> schedule = schedule();
    Map<String, ?> given = inputs.values(client);
    return preview
        ? client.show(
            mn -> mn.schedules().preview(new PreviewQuery(null, schedule, 0, null)),
            times -> ShownSchedules.firings(client, times))
        : client.show(
            mn -> ShownSchedules.create(mn, bundle, given, schedule, "schedule"),
            made -> ShownSchedules.line(client, made));
  }

  private Map<String, Object> schedule() {
    Map<String, Object> schedule = new LinkedHashMap<>();
    if (!options.crons.isEmpty()) {
      schedule.put("kind", "periodic"); // unless --schedule-json says otherwise
    } else if (options.json == null) {
      schedule.putAll(ofManifest());
    }
    schedule.putAll(options.members(client));
    MissedTimes.madeUpFor(schedule);
    return schedule;
  }

  private Map<String, Object> ofManifest() {
    try (Bundle opened = BundleReport.open(bundle)) {
      return opened
          .schedule()
          .orElseThrow(
              () ->
                  client.misuse(
                      "neither an option nor the manifest says when: give --cron or"
                          + " --schedule-json, or write a schedule into the manifest"));
    }
  }
}
