package io.mirrorneuron.cli.job;

import io.mirrorneuron.MirrorNeuron;
import io.mirrorneuron.cli.EitherClient;
import io.mirrorneuron.cli.ExitCode;
import io.mirrorneuron.cli.Output;
import io.mirrorneuron.cli.RestAnswer;
import io.mirrorneuron.cli.RestClient;
import io.mirrorneuron.cli.schedule.ScheduleSpec;
import io.mirrorneuron.model.RunStatus;
import io.mirrorneuron.port.JobPage;
import io.mirrorneuron.port.JobsPort;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mn job clear}. */
@Command(
    name = "clear",
    description = {
      "Deletes jobs that have ended: all of them, those of some ids, or those that options choose;"
          + " at a terminal it says how many, and asks. The folders of their runs stay.",
      "Needs an administrator: the API's token, or MN_GRPC_ADMIN_TOKEN."
    },
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  mn job clear",
      "  mn job clear --status failed --older 30d",
      "  mn job clear --yes          without asking"
    })
final class JobClearCommand implements Callable<Integer> {
  @Mixin EitherClient client;

  @Parameters(
      paramLabel = "JOB_ID",
      arity = "0..*",
      description = "Only this job; whole ids, and there may be several.")
  List<String> ids = new ArrayList<>();

  @Option(
      names = "--status",
      paramLabel = "STATUS",
      description = "Only jobs that ended so: completed, failed or cancelled.")
  String status;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "Only jobs of the workflow of this name.")
  String name;

  @Option(
      names = "--older",
      paramLabel = "TIME",
      description = "Only jobs that were submitted longer ago, for example 30d.")
  String older;

  @Option(
      names = {"-y", "--yes"},
      description = "Do not ask, at a terminal, whether all these jobs are meant.")
  boolean yes;

  private record Listed(List<ListedJob> data, String next) {}

  private record Cleared(long clearedCount) {}

  @Override
  public Integer call() throws InterruptedException {
    boolean chooses = status != null || name != null || older != null;
    if (!ids.isEmpty() && chooses) {
      throw client.misuse("give ids, or --status, --name and --older, not both");
    }
    ScheduleSpec.requireOneOf(client, "--status", status, RunStatus.FINAL_WORDS);
    Instant before = JobChoice.before(client, older);
    boolean asks = client.screen().interactive() && !client.json() && !yes;
    List<String> jobs = new ArrayList<>(ids);
    if (ids.isEmpty() && (chooses || asks)) {
      int listed = list(before, jobs);
      if (listed != ExitCode.OK) {
        return listed;
      }
    }
    if (jobs.isEmpty() && chooses) {
      client.print(new Cleared(0), _ -> client.output().line("No such jobs have ended"));
      return ExitCode.OK;
    }
    if (asks && !jobs.isEmpty() && !isMeant(chooses || !ids.isEmpty(), jobs.size())) {
      client.output().line("Nothing was done");
      return ExitCode.FAILED;
    }
    return chooses || !ids.isEmpty() ? clear(jobs) : clear(List.of());
  }

  /** All that are chosen, page by page. Returns the exit code. */
  private int list(Instant before, List<String> into) throws InterruptedException {
    String cursor = "";
    while (cursor != null) {
      String from = cursor;
      String[] next = {null};
      int code =
          client.ask(
              rest -> page(rest, from),
              mn -> page(mn, from),
              answer -> {
                Listed page = answer.as(Listed.class);
                page.data().stream()
                    .filter(job -> new RunStatus(String.valueOf(job.status())).isFinal())
                    .filter(job -> before == null || JobChoice.isBefore(job.submittedAt(), before))
                    .forEach(job -> into.add(job.jobId()));
                next[0] = page.next();
                return ExitCode.OK;
              });
      if (code != ExitCode.OK) {
        return code;
      }
      cursor = next[0];
    }
    return ExitCode.OK;
  }

  private RestAnswer page(RestClient rest, String cursor) throws InterruptedException {
    return rest.get(
        "/jobs?include_terminal=true&limit=%d%s%s%s"
            .formatted(
                ListedJob.MOST_OF_API,
                and("cursor", cursor.isEmpty() ? null : cursor),
                and("status", status),
                and("name", name)));
  }

  private static String and(String parameter, String value) {
    return value == null
        ? ""
        : "&" + parameter + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8);
  }

  private Object page(MirrorNeuron mn, String cursor) {
    return mn.jobs()
        .list(new JobPage.Query(ListedJob.MOST_OF_API, true, cursor, status, name, null, null));
  }

  private boolean isMeant(boolean chosen, int count) {
    String which = chosen ? "" : ", all that have ended";
    client
        .output()
        .line(
            Output.printable(
                "To delete: %s%s; their runs stay".formatted(JobChoice.count(count), which)));
    return client.isConfirmed("Do it?");
  }

  /**
   * In parts that a server takes at once.
   *
   * @param jobs empty for all that have ended
   */
  private int clear(List<String> jobs) throws InterruptedException {
    String token = client.config().grpc().adminToken().value();
    long[] cleared = {0};
    for (int from = 0; from == 0 || from < jobs.size(); from += JobsPort.MOST_CLEARED) {
      List<String> part = jobs.subList(from, Math.min(from + JobsPort.MOST_CLEARED, jobs.size()));
      int code =
          client.ask(
              rest ->
                  rest.post("/jobs/cleanup", part.isEmpty() ? Map.of() : Map.of("job_ids", part)),
              mn -> Map.of("cleared_count", mn.jobs().clear(token, part)),
              answer -> {
                cleared[0] += answer.as(Cleared.class).clearedCount();
                return ExitCode.OK;
              });
      if (code != ExitCode.OK) {
        return code;
      }
    }
    client.print(
        new Cleared(cleared[0]),
        all -> client.output().line("Jobs cleared: " + all.clearedCount()));
    return ExitCode.OK;
  }
}
