package io.mirrorneuron.cli.job;

import io.mirrorneuron.ListOptions;
import io.mirrorneuron.cli.EitherClient;
import io.mirrorneuron.cli.Output;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code mn job unfinished}. */
@Command(
    name = "unfinished",
    description = "Lists jobs that have not ended, and why a person has to look at some of them.",
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {"  mn job unfinished", "  mn job unfinished --json | jq -r '.data[].job_id'"})
final class JobUnfinishedCommand implements Callable<Integer> {
  private static final int MOST = 1000;
  @Mixin EitherClient client;

  private record Page(List<Row> data) {
    private record Row(
        String jobId, String status, String updatedAt, String graphId, String recoveryReason) {}
  }

  @Override
  public Integer call() throws InterruptedException {
    client.jsonInPipes();
    return client.show(
        rest -> rest.get("/jobs?include_terminal=false&limit=" + MOST),
        mn -> mn.listJobs(new ListOptions(MOST, false)),
        Page.class,
        this::print);
  }

  private void print(Page page) {
    if (page.data().isEmpty()) {
      client.output().line("No jobs that have not ended");
      return;
    }
    Output output = client.output();
    output.table(
        List.of("Job ID", "Status", output.when("Updated"), "Workflow", "Review"),
        page.data().stream().map(job -> row(output, job)).toList());
  }

  private static List<String> row(Output output, Page.Row job) {
    return Stream.of(
            job.jobId(), job.status(), job.updatedAt(), job.graphId(), job.recoveryReason())
        .map(text -> output.time(Objects.toString(text, "")))
        .toList();
  }
}
