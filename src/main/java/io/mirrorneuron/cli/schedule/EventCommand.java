package io.mirrorneuron.cli.schedule;

import com.fasterxml.jackson.core.type.TypeReference;
import io.mirrorneuron.cli.Client;
import io.mirrorneuron.cli.CommandGroup;
import io.mirrorneuron.cli.Output;
import io.mirrorneuron.port.schedule.TriggerEvents.EmittedEvent;
import io.mirrorneuron.port.schedule.TriggerEvents.NewEvent;
import io.mirrorneuron.port.schedule.TriggerEvents.TriggerEvent;
import io.mirrorneuron.wire.Json;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mn event}. */
@Command(
    name = "event",
    description = "Tells events that start jobs, and lists them.",
    footerHeading = "%nExamples:%n",
    footer = {"  mn event emit order_paid --payload-json '{\"order\": 17}'", "  mn event list"})
public final class EventCommand extends CommandGroup {
  private static final List<String> HEADERS = List.of("When", "Event", "Source", "Payload", "ID");
  private static final TypeReference<Map<String, Object>> ANY = new TypeReference<>() {};

  @Command(
      name = "emit",
      description = {
        "Tells what happened.",
        "Each active schedule that waits for events of this type, and whose filters pass, makes a"
            + " job."
      },
      footerHeading = "%nExamples:%n",
      footer = {
        "  mn event emit order_paid --payload-json '{\"order\": 17}'",
        "  mn event emit order_paid --id order-17      sent again, it makes no second job"
      })
  int emit(
      @Mixin Client client,
      @Parameters(paramLabel = "TYPE", description = "What happened, in a word.") String type,
      @Option(
              names = "--payload-json",
              paramLabel = "JSON",
              defaultValue = "{}",
              description = "What filters and jobs may read of it; default ${DEFAULT-VALUE}.")
          String payload,
      @Option(
              names = "--source",
              paramLabel = "NAME",
              defaultValue = "cli",
              description = "Its source; default ${DEFAULT-VALUE}.")
          String source,
      @Option(
              names = "--id",
              paramLabel = "ID",
              description = "Names the event, so that it may be sent again.")
          String id)
      throws InterruptedException {
    client.parsed("--payload-json", payload);
    return client.show(
        mn -> mn.triggerEvents().emit(new NewEvent(id, type, source, object(payload))),
        reported -> confirm(client, reported));
  }

  private static Map<String, Object> object(String payload) {
    return Json.MAPPER.convertValue(Json.parseObject(payload, "--payload-json"), ANY);
  }

  private static void confirm(Client client, EmittedEvent reported) {
    Output output = client.output();
    output.line("Event emit successful.");
    output.line("Status: " + reported.status());
    output.line("Event ID: " + Output.printable(reported.eventId()));
    output.line(
        (reported.acting() == null ? "Jobs" : "Jobs so far")
            + ": %d made, %d blocked, %d failed; schedules that wait for it: %d"
                .formatted(
                    reported.dispatched(),
                    reported.blocked(),
                    reported.failed(),
                    reported.checked()));
    if (reported.acting() != null) {
      output.line("Schedules still act on it: mn schedule list shows what comes of it.");
    }
    if (reported.jobId() != null) {
      output.line("Job ID: " + Output.printable(reported.jobId()));
      output.line("Next: mn job status " + Output.printable(reported.jobId()));
    }
  }

  @Command(
      name = "list",
      description = "Lists what happened, newest first. With --json and in pipes: all of it.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  mn event list --limit 10",
        "  mn event list | jq -r '.data[] | select(.event_type == \"job_failed\").payload.job_id'"
      })
  int list(
      @Mixin Client client,
      @Option(
              names = "--limit",
              paramLabel = "N",
              defaultValue = "100",
              description = "Events at most, 1000 at the utmost; default ${DEFAULT-VALUE}.")
          int limit)
      throws InterruptedException {
    client.jsonInPipes();
    client.requireCount("--limit", limit, 1000);
    return client.show(
        mn -> mn.triggerEvents().list(limit),
        answer -> {
          Output output = client.output();
          output.table(HEADERS, answer.data().stream().map(one -> row(output, one)).toList());
        });
  }

  private static List<String> row(Output output, TriggerEvent event) {
    return List.of(
        output.moment(event.createdAt()),
        event.eventType(),
        event.source(),
        Json.write(event.payload()),
        event.eventId());
  }
}
