package io.mirrorneuron.cli.job;

import io.mirrorneuron.cli.Client;
import io.mirrorneuron.cli.Output;
import io.mirrorneuron.model.StepOutcome;
import io.mirrorneuron.port.JobDetail;
import io.mirrorneuron.port.JobDetail.JobAgent;
import io.mirrorneuron.port.JobDetail.JobBrief;
import io.mirrorneuron.port.LedgerView;
import io.mirrorneuron.wire.LedgerForm;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code mn job status}. */
@Command(
    name = "status",
    description = "Tells how far a job, its steps and its agents are; in pipes as JSON.",
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {"  mn job status JOB_ID", "  mn job status JOB_ID | jq -r .summary.status"})
final class JobStatusCommand implements Callable<Integer> {
  private static final List<String> STEPS = List.of("Step", "State", "Tries", "Because");
  private static final List<String> AGENTS =
      List.of("Agent", "Type", "Status", "Processed", "Waiting", "Last error");

  @Mixin Client client;

  @Parameters(paramLabel = "JOB_ID", description = JobCommand.ID)
  String jobId;

  @Override
  public Integer call() throws InterruptedException {
    client.jsonInPipes();
    return client.show(jobId, (mn, job) -> mn.jobDetails(job), this::print);
  }

  private void print(JobDetail details) {
    JobBrief job = details.job();
    Output output = client.output();
    output.field("Job", text(job.jobId()));
    output.field("Workflow", text(job.graphId()));
    String status = text(job.status());
    output.line(
        output.paint().faint("%-11s".formatted("Status"))
            + " "
            + output.paint().status(Output.printable(status), status));
    output.field("Submitted", output.moment(job.submittedAt()));
    output.field("By", text(job.submittedBy()));
    output.field("Ended", output.moment(job.endedAt()));
    output.field("Cancelled", text(job.cancelledBy()));
    output.field("Reason", text(details.reason()));
    String tail = details.parts().result().at("/error/details/stderr_tail").asText();
    tail.lines().forEach(line -> output.quoted("Stderr", line));
    output.field("Review", text(job.recoveryReason()));
    LedgerView ledger = LedgerForm.read(details.parts().ledger());
    table(STEPS, ledger.steps().values().stream().map(JobStatusCommand::row).toList());
    table(
        AGENTS,
        details.agents().stream()
            .filter(agent -> !ledger.stepOfAgent().containsKey(agent.id()))
            .map(JobStatusCommand::row)
            .toList());
  }

  private void table(List<String> headers, List<List<String>> rows) {
    if (!rows.isEmpty()) {
      client.output().line("");
      client.output().table(headers, rows);
    }
  }

  /** The agents of a step do nothing that it does not tell. */
  private static List<String> row(LedgerView.Step step) {
    boolean mapped = step.result().outcome() == StepOutcome.MAPPED;
    int tries = step.attempts().count();
    return List.of(
        step.id(),
        mapped ? "mapped" : step.phase().word(),
        tries == 0 ? "" : Integer.toString(tries),
        mapped ? "its instances do its work" : text(step.result().reason()));
  }

  private static List<String> row(JobAgent agent) {
    return Stream.of(
            agent.id(),
            agent.type(),
            agent.status(),
            agent.processed(),
            agent.depth(),
            agent.lastError())
        .map(JobStatusCommand::text)
        .toList();
  }

  private static String text(Object reported) {
    return Objects.toString(reported, "");
  }
}
