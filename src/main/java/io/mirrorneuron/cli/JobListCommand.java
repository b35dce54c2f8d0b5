package io.mirrorneuron.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.ListOptions;
import io.mirrorneuron.wire.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code mn job list}. */
@Command(
    name = "list",
    description = "Lists jobs, the one that changed last first.",
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  mn job list --running-only",
      "  mn job list --json | jq -r '.data[].job_id'",
    })
final class JobListCommand implements Callable<Integer> {
  private static final List<String> HEADERS =
      List.of("Job ID", "Status", "Submitted (UTC)", "Last event", "Workflow");

  /** When somebody is known to have submitted one of the jobs. */
  private static final List<String> HEADERS_WITH_NAMES =
      List.of("Job ID", "Status", "Submitted (UTC)", "By", "Last event", "Workflow");

  @Mixin Client client;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "100",
      description = "So many jobs at most; default ${DEFAULT-VALUE}.")
  int limit;

  @Option(names = "--running-only", description = "Only jobs that have not ended.")
  boolean runningOnly;

  @Override
  public Integer call() throws InterruptedException {
    if (limit < 1) {
      throw new ParameterException(client.command.commandLine(), "--limit must be 1 or more");
    }
    return client.show(
        mn -> mn.listJobs(new ListOptions(limit, !runningOnly)), jobs -> print(jobs.path("data")));
  }

  private void print(JsonNode jobs) {
    if (jobs.isEmpty()) {
      client.output().line("No jobs" + (runningOnly ? " that have not ended" : ""));
      return;
    }
    boolean named = Json.elements(jobs).anyMatch(job -> job.has("submitted_by"));
    client
        .output()
        .table(
            named ? HEADERS_WITH_NAMES : HEADERS,
            Json.elements(jobs).map(job -> row(job, named)).toList());
  }

  private static List<String> row(JsonNode job, boolean named) {
    List<String> row = new ArrayList<>();
    row.add(job.path("job_id").asText());
    row.add(job.path("status").asText());
    row.add(Output.time(job.path("submitted_at").asText("")));
    if (named) {
      row.add(job.path("submitted_by").asText(""));
    }
    row.add(job.path("last_event").asText(""));
    row.add(job.path("graph_id").asText());
    return row;
  }
}
