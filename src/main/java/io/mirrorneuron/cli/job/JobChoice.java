package io.mirrorneuron.cli.job;

import io.mirrorneuron.MirrorNeuron;
import io.mirrorneuron.cli.Client;
import io.mirrorneuron.cli.ExitCode;
import io.mirrorneuron.cli.Output;
import io.mirrorneuron.cli.schedule.ScheduleSpec;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.JobsPort.SubmittedJob;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Selects the jobs of a command: by ids, or all open jobs that match options. Unless a single job
 * was named, the command prints their number and asks for confirmation.
 */
final class JobChoice {
  /** Statuses of jobs that have not ended. */
  static final List<String> OPEN =
      List.of("pending", "validated", "scheduled", "running", "pausing", "paused", "cancelling");

  private static final int SHOWN = 5;

  @Parameters(
      paramLabel = "JOB_ID",
      arity = "0..*",
      description = JobCommand.ID + " May be several.")
  List<String> ids = new ArrayList<>();

  @Option(
      names = "--status",
      paramLabel = "STATUS",
      description = "All open jobs with this status, for example paused.")
  String status;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "All open jobs of the workflow of this name.")
  String name;

  @Option(
      names = "--older",
      paramLabel = "TIME",
      description = "All open jobs that were submitted longer ago, for example 7d.")
  String older;

  @Option(
      names = {"-y", "--yes"},
      description = "Do not ask, at a terminal, whether all these jobs are meant.")
  boolean yes;

  /** What is done to each job. */
  @FunctionalInterface
  interface Steering {
    /** Returns the status word. */
    String by(MirrorNeuron mn, String jobId);
  }

  private record Failure(String jobId, String error) {}

  private record Outcome(int count, List<SubmittedJob> jobs, List<Failure> failed) {}

  /**
   * Steers the jobs that are meant. What cannot be steered is told, and the others are.
   *
   * @param effect in a word, for example {@code cancel}
   * @return the exit code
   */
  int steer(Client client, String effect, Steering steering) throws InterruptedException {
    boolean chooses = status != null || name != null || older != null;
    if (ids.isEmpty() && !chooses) {
      throw client.misuse("Missing argument 'JOB_ID'");
    }
    if (!ids.isEmpty() && chooses) {
      throw client.misuse("give ids, or --status, --name and --older, not both");
    }
    ScheduleSpec.requireOneOf(client, "--status", status, OPEN);
    Predicate<ListedJob> isOld = isOld(client);
    if (ids.size() == 1) {
      return client.show(
          ids.getFirst(),
          (mn, job) -> new SubmittedJob(job, steering.by(mn, job)),
          job -> print(client, job));
    }
    return client.call(
        mn ->
            steerAll(
                client, mn, effect, chooses ? chosen(mn, isOld) : named(client, mn), steering));
  }

  private Predicate<ListedJob> isOld(Client client) {
    Instant before = before(client, older);
    return row -> before == null || isBefore(row.submittedAt(), before);
  }

  /**
   * The time that was so long ago; null for none.
   *
   * @param age as {@code --older} has it, or null
   */
  static Instant before(Client client, String age) {
    return age == null
        ? null
        : Clock.systemUTC()
            .instant()
            .minus(Duration.ofMillis(ScheduleSpec.millis(client, "--older", age)));
  }

  static boolean isBefore(String time, Instant limit) {
    try {
      return time != null && Instant.parse(time).isBefore(limit);
    } catch (DateTimeException e) {
      return false; // nobody knows, and it is not chosen by its age
    }
  }

  private List<String> chosen(MirrorNeuron mn, Predicate<ListedJob> isOld) {
    return ListedJob.newest(mn, ListedJob.MOST, false).stream()
        .filter(row -> status == null || status.equals(row.status()))
        .filter(row -> name == null || row.isOf(name))
        .filter(isOld)
        .map(ListedJob::jobId)
        .toList();
  }

  /** Whoever names a job that is not there changes nothing. */
  private List<String> named(Client client, MirrorNeuron mn) throws InterruptedException {
    List<String> jobs = new ArrayList<>();
    for (String id : ids) {
      String job = client.jobId(mn, id);
      if (!jobs.contains(job)) {
        jobs.add(job);
      }
    }
    return jobs;
  }

  private int steerAll(
      Client client, MirrorNeuron mn, String effect, List<String> jobs, Steering steering) {
    if (!jobs.isEmpty() && !isMeant(client, effect, jobs)) {
      client.output().line("Nothing was done");
      return ExitCode.FAILED;
    }
    Outcome outcome = new Outcome(jobs.size(), new ArrayList<>(), new ArrayList<>());
    for (String job : jobs) {
      try {
        SubmittedJob steered = new SubmittedJob(job, steering.by(mn, job));
        outcome.jobs().add(steered);
        if (!client.json()) {
          print(client, steered);
        }
      } catch (MnException e) {
        outcome.failed().add(new Failure(job, Objects.toString(e.getMessage(), "")));
        client.complain("job %s: %s".formatted(job, Output.sentences(e.getMessage())));
      }
    }
    client.print(
        outcome,
        all -> client.output().line("%d of %s".formatted(all.jobs().size(), count(all.count()))));
    return outcome.failed().isEmpty() ? ExitCode.OK : ExitCode.FAILED;
  }

  private boolean isMeant(Client client, String effect, List<String> jobs) {
    if (client.json()) {
      return true;
    }
    String some = String.join(", ", jobs.subList(0, Math.min(SHOWN, jobs.size())));
    String more = jobs.size() > SHOWN ? " and %d more".formatted(jobs.size() - SHOWN) : "";
    client
        .output()
        .line(
            Output.printable("To %s: %s: %s%s".formatted(effect, count(jobs.size()), some, more)));
    return yes || client.isConfirmed("Do it?");
  }

  static String count(long jobs) {
    return jobs == 1 ? "1 job" : jobs + " jobs";
  }

  static void print(Client client, SubmittedJob job) {
    String shown = client.screen().paint().status(job.status(), job.status());
    client.output().line("Job " + job.jobId() + ": " + shown);
  }
}
