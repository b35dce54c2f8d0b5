package io.mirrorneuron.cli.schedule;

import io.mirrorneuron.MirrorNeuron;
import io.mirrorneuron.cli.Client;
import io.mirrorneuron.cli.CommandGroup;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.schedule.SchedulesPort;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mn trigger}. */
@Command(
    name = "trigger",
    description = "Runs bundles when events happen.",
    footerHeading = "%nExamples:%n",
    footer = {"  mn trigger create my-bundle/ --event order_placed", "  mn trigger list"})
public final class TriggerCommand extends CommandGroup {
  @Command(
      name = "create",
      description = "Runs a bundle for each event of a type.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  mn trigger create my-bundle/ --event order_placed --filter-json '{\"region\": \"eu\"}'"
      })
  int create(
      @Mixin Client client,
      @Parameters(paramLabel = "BUNDLE", description = "A folder, a zip or a manifest on its own.")
          String bundle,
      @Option(
              names = "--event",
              paramLabel = "TYPE",
              required = true,
              description = "The type of the events.")
          String event,
      @Option(names = "--name", paramLabel = "NAME", description = "What people call it.")
          String name,
      @Option(
              names = "--filter-json",
              paramLabel = "JSON",
              defaultValue = "{}",
              description = "What an event must have, by the path in its payload.")
          String filters,
      @Option(names = "--allow-overlap", description = "Also while an earlier job still runs.")
          boolean allowOverlap)
      throws InterruptedException {
    Map<String, Object> passing = ScheduleSpec.object(client, "--filter-json", filters);
    Map<String, Object> schedule = new LinkedHashMap<>();
    schedule.put("kind", "event");
    schedule.put("trigger", Map.of("event_type", event, "filters", passing));
    schedule.put("prohibit_overlap", !allowOverlap);
    if (name != null) {
      schedule.put("name", name);
    }
    return client.show(
        mn -> ShownSchedules.create(mn, bundle, schedule, "trigger"),
        made -> ShownSchedules.line(client, made));
  }

  @Command(
      name = "list",
      description = "Lists schedules that wait for events.",
      footerHeading = "%nExample:%n",
      footer = "  mn trigger list")
  int list(@Mixin Client client) throws InterruptedException {
    client.jsonInPipes();
    SchedulesPort.Query events = new SchedulesPort.Query("event", null, null, null, 0);
    return client.show(
        mn -> mn.schedules().list(events), page -> ShownSchedules.table(client, page.data()));
  }

  @Command(
      name = "delete",
      description = "Removes a schedule that waits for events; its jobs go on.",
      footerHeading = "%nExample:%n",
      footer = "  mn trigger delete SCHEDULE_ID")
  int delete(
      @Mixin Client client,
      @Parameters(paramLabel = "SCHEDULE_ID", description = ScheduleAddress.ID) String id)
      throws InterruptedException {
    return client.show(
        mn -> ScheduleAddress.of(mn, id, known -> delete(mn, known)),
        gone -> client.output().line("Schedule " + gone.scheduleId() + ": " + gone.status()));
  }

  private static SchedulesPort.Deleted delete(MirrorNeuron mn, String id) {
    String kind = mn.schedules().get(id).kind();
    if (!kind.equals("event")) {
      throw MnException.invalid(
          "schedule %s is %s and waits for no events; mn schedule delete removes it"
              .formatted(id, kind));
    }
    return mn.schedules().delete(id, null);
  }
}
