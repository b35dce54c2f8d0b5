package io.mirrorneuron.cli.job;

import io.mirrorneuron.ListOptions;
import io.mirrorneuron.MirrorNeuron;
import io.mirrorneuron.cli.EitherClient;
import io.mirrorneuron.cli.ExitCode;
import io.mirrorneuron.cli.RestAnswer;
import io.mirrorneuron.cli.RestClient;
import io.mirrorneuron.cli.id.ListedJob;
import io.mirrorneuron.model.RunStatus;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code mn job clear}. */
@Command(
    name = "clear",
    description = {
      "Deletes every job that has ended; at a terminal it says how many, and asks. The folders of"
          + " their runs stay.",
      "Needs an administrator: the API's token, or MN_GRPC_ADMIN_TOKEN."
    },
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {"  mn job clear", "  mn job clear --yes          without asking"})
final class JobClearCommand implements Callable<Integer> {
  @Mixin EitherClient client;

  @Option(
      names = {"-y", "--yes"},
      description = "Do not ask, at a terminal, whether all these jobs are meant.")
  boolean yes;

  private record Listed(List<ListedJob> data) {}

  private record Cleared(long clearedCount) {}

  @Override
  public Integer call() throws InterruptedException {
    if (client.screen().interactive() && !client.json() && !yes) {
      int sure = client.ask(this::someOfApi, this::some, this::ask);
      if (sure != ExitCode.OK) {
        return sure;
      }
    }
    String token = client.config().grpc().adminToken().value();
    return client.show(
        rest -> rest.post("/jobs/cleanup", Map.of()),
        mn -> Map.of("cleared_count", mn.jobs().clear(token)),
        Cleared.class,
        done -> client.output().line("Jobs cleared: " + done.clearedCount()));
  }

  private RestAnswer someOfApi(RestClient rest) throws InterruptedException {
    return rest.get("/jobs?limit=" + ListedJob.MOST_OF_API);
  }

  private Object some(MirrorNeuron mn) {
    return mn.listJobs(new ListOptions(ListedJob.MOST_OF_API, true));
  }

  /** Says how many jobs would go, and asks. Returns the exit code. */
  private int ask(RestAnswer some) {
    List<ListedJob> jobs = some.as(Listed.class).data();
    long ended =
        jobs.stream().filter(job -> new RunStatus(String.valueOf(job.status())).isFinal()).count();
    if (ended == 0) {
      return ExitCode.OK; // the server says so, too
    }
    String more = jobs.size() < ListedJob.MOST_OF_API ? "" : ", or more";
    client
        .output()
        .line(
            "To delete: %s%s, all that have ended; their runs stay"
                .formatted(JobChoice.count(ended), more));
    if (client.isConfirmed("Do it?")) {
      return ExitCode.OK;
    }
    client.output().line("Nothing was done");
    return ExitCode.FAILED;
  }
}
