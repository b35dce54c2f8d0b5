package io.mirrorneuron.cli.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.MirrorNeuron;
import io.mirrorneuron.cli.Client;
import io.mirrorneuron.cli.EventLines;
import io.mirrorneuron.cli.ExitCode;
import io.mirrorneuron.cli.Output;
import io.mirrorneuron.port.JobsPort.EventPage;
import io.mirrorneuron.wire.Json;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mn job events}. */
@Command(
    name = "events",
    description = "Prints what happened to a job.",
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  mn job events JOB_ID                          the last 50",
      "  mn job events JOB_ID --after 0 --limit 1000   from the first on",
      "  mn job events JOB_ID --follow                 and those to come, until the end",
      "  mn job events JOB_ID --follow --json          each as one line of JSON"
    })
final class JobEventsCommand implements Callable<Integer> {
  @Mixin Client client;

  @Parameters(paramLabel = "JOB_ID", description = JobCommand.ID)
  String jobId;

  @Option(
      names = "--after",
      paramLabel = "SEQ",
      description = "Begin after the event with this number; 0: at the first one.")
  Long after;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "50",
      description =
          "So many events at most; default ${DEFAULT-VALUE}. With --follow: to begin with.")
  int limit;

  @Option(
      names = {"-f", "--follow"},
      description = "Go on until the job has ended.")
  boolean follow;

  @Override
  public Integer call() throws InterruptedException {
    if (limit < 1 || after != null && after < 0) {
      throw client.misuse("--limit must be 1 or more and --after 0 or more");
    }
    return client.call(
        jobId,
        (mn, job) -> {
          if (follow) {
            follow(mn, job);
          } else {
            print(job, page(mn, job));
          }
          return ExitCode.OK;
        });
  }

  private EventPage page(MirrorNeuron mn, String job) {
    return after == null ? mn.jobs().lastEvents(job, limit) : mn.events(job, after, limit);
  }

  private void follow(MirrorNeuron mn, String job) throws InterruptedException {
    Output output = client.output();
    long from = after == null ? 0 : after;
    if (after == null) {
      EventPage known = mn.jobs().lastEvents(job, limit);
      known.events().forEach(event -> print(output, parsed(event)));
      from = known.next();
    }
    mn.runs().follow(job, from, Duration.ZERO, event -> print(output, event));
  }

  private void print(Output output, JsonNode event) {
    output.line(client.json() ? Json.write(event) : EventLines.line(event, output));
  }

  private void print(String job, EventPage page) {
    Output output = client.output();
    if (!client.json()) {
      page.events().forEach(event -> print(output, parsed(event)));
      return;
    }
    ObjectNode document = Json.object().put("job_id", job);
    ArrayNode events = document.putArray("events");
    page.events().forEach(event -> events.add(parsed(event)));
    output.json(document.put("next", page.next()).put("ended", page.ended()));
  }

  private static ObjectNode parsed(String event) {
    return Json.parseObject(event, "event");
  }
}
