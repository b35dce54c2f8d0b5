package io.mirrorneuron.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.Json;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code mn job status}. */
@Command(
    name = "status",
    description = "Tells how far a job and its agents are.",
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {"  mn job status JOB_ID", "  mn job status JOB_ID --json | jq -r .summary.status"})
final class JobStatusCommand implements Callable<Integer> {
  private static final List<String> HEADERS =
      List.of("Agent", "Type", "Status", "Processed", "Waiting", "Last error");

  @Mixin Client client;

  @Parameters(paramLabel = "JOB_ID", description = JobCommand.ID)
  String jobId;

  @Override
  public Integer call() throws InterruptedException {
    return client.show(mn -> mn.jobDetails(jobId), this::print);
  }

  private void print(ObjectNode details) {
    JsonNode job = details.path("job");
    Output output = client.output();
    output.field("Job", job.path("job_id").asText());
    output.field("Workflow", job.path("graph_id").asText());
    String status = job.path("status").asText();
    output.line(
        output.paint().faint("%-11s".formatted("Status"))
            + " "
            + output.paint().status(Output.printable(status), status));
    output.field("Submitted", job.path("submitted_at").asText(""));
    output.field("By", job.path("submitted_by").asText(""));
    output.field("Ended", job.path("ended_at").asText(""));
    output.field("Cancelled", job.path("cancelled_by").asText(""));
    output.field("Reason", job.at("/result/reason").asText(""));
    output.field("Review", job.path("recovery_reason").asText(""));
    if (!details.path("agents").isEmpty()) {
      output.line("");
      output.table(
          HEADERS, Json.elements(details.path("agents")).map(JobStatusCommand::row).toList());
    }
  }

  private static List<String> row(JsonNode agent) {
    return List.of(
        agent.path("agent_id").asText(),
        agent.path("agent_type").asText(),
        agent.path("status").asText(),
        agent.path("processed_messages").asText(),
        agent.path("mailbox_depth").asText(),
        agent.path("last_error").asText(""));
  }
}
