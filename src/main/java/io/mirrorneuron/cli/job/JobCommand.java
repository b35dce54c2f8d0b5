package io.mirrorneuron.cli.job;

import io.mirrorneuron.MirrorNeuron;
import io.mirrorneuron.cli.Client;
import io.mirrorneuron.cli.CommandGroup;
import io.mirrorneuron.cli.JobWatcher;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.CancelReason;
import io.mirrorneuron.port.SubmittedJob;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mn job}: the group, and its commands that are one call. */
@Command(
    name = "job",
    description = "Looks at jobs and steers them.",
    subcommands = {
      JobListCommand.class,
      JobStatusCommand.class,
      JobWhyCommand.class,
      JobEventsCommand.class,
      JobResultCommand.class,
      JobForkCommand.class,
      JobSendCommand.class,
      JobBackupCommand.class,
      JobRestoreCommand.class,
      JobLogsCommand.class,
      JobSubmitCommand.class,
      JobUnfinishedCommand.class,
      JobDeadLettersCommand.class,
      JobClearCommand.class
    },
    footerHeading = "%nExamples:%n",
    footer = {"  mn job list", "  mn job status JOB_ID", "  mn job cancel JOB_ID"})
public final class JobCommand extends CommandGroup {
  static final String ID = "The job's id, or that of its run" + ShortIds.WORDS + ".";

  @Command(
      name = "monitor",
      description = "Shows a job live until it ends, and then its result, as mn run does.",
      footerHeading = "%nExample:%n",
      footer = "  mn job monitor JOB_ID")
  int monitor(
      @Mixin Client client,
      @Parameters(paramLabel = "JOB_ID", description = ID) String jobId,
      @Option(
              names = {"-v", "--verbose"},
              description =
                  "Where no terminal shows it: a line for each event, not only for those of steps.")
          boolean verbose)
      throws InterruptedException {
    return client.call(
        jobId, (mn, job) -> new JobWatcher(client, mn, verbose).untilEnd(job, Duration.ZERO));
  }

  @Command(
      name = "cancel",
      description = "Ends jobs and their programs; one that has ended stays as it is.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  mn job cancel JOB_ID",
        "  mn job cancel JOB_ID --reason 'wrong input'",
        "  mn job cancel --name nightly --older 7d        all open ones; asks before"
      })
  int cancel(
      @Mixin Client client,
      @Mixin JobChoice choice,
      @Option(
              names = "--reason",
              paramLabel = "TEXT",
              description = "Why; the job, its log and mn job why show it.")
          String reason)
      throws InterruptedException {
    return choice.steer(
        client,
        "cancel",
        orFork((mn, job) -> mn.jobs().cancel(job, null, CancelReason.checked(reason))));
  }

  @Command(
      name = "pause",
      description = "Stops jobs and their programs until they are resumed.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  mn job pause JOB_ID",
        "  mn job pause JOB_ID --drain",
        "  mn job pause --status running --yes            all that run, without asking"
      })
  int pause(
      @Mixin Client client,
      @Mixin JobChoice choice,
      @Option(
              names = "--drain",
              description = "Let the programs that run end by themselves; start no other.")
          boolean drain)
      throws InterruptedException {
    return choice.steer(
        client, "pause", orFork((mn, job) -> drain ? mn.jobs().pause(job, true) : mn.pause(job)));
  }

  @Command(
      name = "resume",
      description = "Goes on with a paused job.",
      footerHeading = "%nExample:%n",
      footer = "  mn job resume JOB_ID")
  int resume(
      @Mixin Client client, @Parameters(paramLabel = "JOB_ID", description = ID) String jobId)
      throws InterruptedException {
    JobChoice.Steering resume = orFork(MirrorNeuron::resume);
    return client.show(
        jobId,
        (mn, job) -> new SubmittedJob(job, resume.by(mn, job)),
        job -> JobChoice.print(client, job));
  }

  /** How a server says that a job has ended. */
  private static final String ENDED = " is in the terminal state ";

  /** What has ended goes on in another job only; that is said. */
  private static JobChoice.Steering orFork(JobChoice.Steering steering) {
    return (mn, job) -> {
      try {
        return steering.by(mn, job);
      } catch (MnException e) {
        if (e.code() == ErrorCode.PRECONDITION && e.getMessage().contains(ENDED)) {
          throw MnException.precondition(
              "%s; mn job fork %s goes on in a new job".formatted(e.getMessage(), job));
        }
        throw e;
      }
    };
  }
}
