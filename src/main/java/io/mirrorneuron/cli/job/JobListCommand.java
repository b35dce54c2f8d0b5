package io.mirrorneuron.cli.job;

import io.mirrorneuron.ListOptions;
import io.mirrorneuron.cli.Client;
import io.mirrorneuron.cli.Output;
import io.mirrorneuron.cli.schedule.ScheduleSpec;
import io.mirrorneuron.port.JobDetail.JobBrief;
import io.mirrorneuron.port.JobPage;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LenientJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code mn job list}. */
@Command(
    name = "list",
    description = "Lists jobs, the one that changed last first.",
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  mn job list --running-only",
      "  mn job list --status failed --name nightly",
      "  mn job list --json | jq -r '.data[].job_id'",
    })
final class JobListCommand implements Callable<Integer> {
  /** No server tells more at once. */
  private static final int MOST = 10_000;

  @Mixin Client client;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "100",
      description = "So many jobs at most, up to 10000; default ${DEFAULT-VALUE}.")
  int limit;

  @Option(names = "--running-only", description = "Only jobs that have not ended.")
  boolean runningOnly;

  @Option(
      names = "--status",
      paramLabel = "STATUS",
      description = "Only jobs with this status, for example failed.")
  String status;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "Only jobs of the workflow of this name.")
  String name;

  @Override
  public Integer call() throws InterruptedException {
    client.jsonInPipes();
    client.requireCount("--limit", limit, MOST);
    List<String> statuses =
        Stream.concat(JobChoice.OPEN.stream(), Stream.of("completed", "failed", "cancelled"))
            .toList();
    ScheduleSpec.requireOneOf(client, "--status", status, statuses);
    // one more than is shown tells whether there are more
    int rows = client.json() ? limit : limit + 1;
    return client.show(
        mn -> mn.listJobs(new ListOptions(rows, !runningOnly, status, name)), this::print);
  }

  private void print(JobPage page) {
    List<JobBrief> jobs =
        page.data().stream()
            .limit(limit)
            .map(row -> LenientJson.read(Json.parseObject(row.json(), "row"), JobBrief.class))
            .toList();
    if (jobs.isEmpty()) {
      client
          .output()
          .line(
              "No jobs"
                  + (name == null ? "" : " of " + name)
                  + (status == null ? "" : " that are " + status)
                  + (runningOnly ? " that have not ended" : ""));
      return;
    }
    // a column of names only when somebody is known to have submitted one of the jobs
    boolean named = jobs.stream().anyMatch(job -> job.submittedBy() != null);
    Output output = client.output();
    output.table(
        Stream.of("Job ID", "Status", output.when("Submitted"), "By", "Last event", "Workflow")
            .filter(header -> named || !header.equals("By"))
            .toList(),
        jobs.stream().map(job -> row(output, job, named)).toList());
    if (page.data().size() > limit || page.truncated() != null) {
      client.output().line("and more; --limit shows them");
    } else if (limit == MOST && jobs.size() == MOST) {
      client.output().line("and perhaps more; no list is longer");
    }
  }

  private static List<String> row(Output output, JobBrief job, boolean named) {
    List<String> row = new ArrayList<>();
    row.add(text(job.jobId()));
    row.add(text(job.status()));
    row.add(output.time(text(job.submittedAt())));
    if (named) {
      row.add(text(job.submittedBy()));
    }
    row.add(text(job.lastEvent()));
    row.add(text(job.graphId()));
    return row;
  }

  private static String text(String reported) {
    return Objects.toString(reported, "");
  }
}
