package io.mirrorneuron.cli.job;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.Bundle;
import io.mirrorneuron.JobOutcome;
import io.mirrorneuron.ListOptions;
import io.mirrorneuron.MirrorNeuron;
import io.mirrorneuron.cli.ApiClient;
import io.mirrorneuron.cli.Client;
import io.mirrorneuron.cli.CommandGroup;
import io.mirrorneuron.cli.EitherClient;
import io.mirrorneuron.cli.ExitCode;
import io.mirrorneuron.cli.JobWatcher;
import io.mirrorneuron.cli.Output;
import io.mirrorneuron.cli.run.LogOptions;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.JobsPort.CancelReason;
import io.mirrorneuron.port.JobsPort.RestoredJob;
import io.mirrorneuron.port.JobsPort.SubmittedJob;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.Why;
import io.mirrorneuron.wire.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
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
      JobCommand.JobWhyCommand.class,
      JobEventsCommand.class,
      JobCommand.JobResultCommand.class,
      JobForkCommand.class,
      JobCommand.JobSendCommand.class,
      JobCommand.JobBackupCommand.class,
      JobCommand.JobRestoreCommand.class,
      JobCommand.JobLogsCommand.class,
      JobCommand.JobSubmitCommand.class,
      JobCommand.JobUnfinishedCommand.class,
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

  /** {@code mn job logs}. */
  @Command(
      name = "logs",
      description = "Prints what the programs of a job have logged.",
      sortOptions = false,
      footerHeading = "%nExamples:%n",
      footer = {
        "  mn job logs JOB_ID",
        "  mn job logs JOB_ID --step fetch --stream stderr",
        "  mn job logs JOB_ID --follow"
      })
  static final class JobLogsCommand implements Callable<Integer> {
    @Mixin ApiClient client;

    @Parameters(paramLabel = "JOB_ID", description = JobCommand.ID)
    String jobId;

    @Mixin LogOptions options;

    @Override
    public Integer call() throws InterruptedException {
      return options.print(client, jobId);
    }
  }

  /** {@code mn job restore}. */
  @Command(
      name = "restore",
      description = "Makes a new, paused job of a backup; it goes on when it is resumed.",
      sortOptions = false,
      footerHeading = "%nExample:%n",
      footer = {"  mn job restore JOB.mnbackup.zip", "  mn job resume NEW_JOB_ID"})
  static final class JobRestoreCommand implements Callable<Integer> {
    @Mixin Client client;

    @Parameters(paramLabel = "ZIP", description = "A file that mn job backup wrote.")
    Path zip;

    @Option(
        names = "--blueprint",
        paramLabel = "ID",
        description = "The blueprint of the new job; else that of the backup.")
    String blueprintId;

    @Option(names = "--run-id", paramLabel = "ID", description = "Its run; else a new one.")
    String runId;

    @Override
    public Integer call() throws InterruptedException {
      return client.show(mn -> mn.restore(zip, blueprintId, runId), this::print);
    }

    private void print(RestoredJob restored) {
      String jobId = restored.jobId();
      String source = Output.printable(restored.sourceJobId());
      client.output().line("Job " + jobId + ": paused, restored from " + source);
      client.output().line("Go on with: mn job resume " + jobId);
    }
  }

  /** {@code mn job backup}. */
  @Command(
      name = "backup",
      description = "Writes a paused job with all it has into a zip. The job stays as it is.",
      sortOptions = false,
      footerHeading = "%nExample:%n",
      footer = {
        "  mn job pause JOB_ID",
        "  mn job backup JOB_ID --output backups/",
        "  mn job restore backups/JOB.mnbackup.zip"
      })
  static final class JobBackupCommand implements Callable<Integer> {
    @Mixin Client client;

    @Parameters(paramLabel = "JOB_ID", description = JobCommand.ID)
    String jobId;

    @Option(
        names = {"-o", "--output"},
        paramLabel = "FOLDER",
        required = true,
        description = "Where the zip is written; made when absent.")
    Path folder;

    private record Written(String jobId, String file) {}

    @Override
    public Integer call() throws InterruptedException {
      return client.show(
          jobId,
          (mn, job) -> new Written(job, mn.backup(job, folder).toString()),
          backup -> {
            client.output().line(backup.file());
            client.complain(
                "nothing in a backup is hidden: it may hold secrets that the job holds");
          });
    }
  }

  /** {@code mn job submit}. */
  @Command(
      name = "submit",
      description = {
        "Submits a manifest that needs no files, and prints the job's id.",
        "With files it is mn run BUNDLE --detached."
      },
      sortOptions = false,
      footerHeading = "%nExample:%n",
      footer = "  mn job submit manifest.json")
  static final class JobSubmitCommand implements Callable<Integer> {
    @Mixin EitherClient client;

    @Parameters(paramLabel = "MANIFEST", description = "A file with the manifest.")
    Path manifest;

    private record Request(String manifestJson) {}

    private record Submitted(String jobId, List<String> warnings) {}

    @Override
    public Integer call() throws InterruptedException {
      return client.show(
          rest -> rest.post("/jobs", new Request(read().manifestJson())),
          mn -> mn.jobs().submit(read()),
          Submitted.class,
          job -> {
            job.warnings().forEach(warning -> client.complain("warning: " + warning));
            client.output().line(job.jobId());
          });
    }

    private Submission read() {
      if (Files.isDirectory(manifest)) {
        throw client.misuse(manifest + " is a folder; mn run submits it with its files");
      }
      try (Bundle bundle = Bundle.open(manifest)) {
        return bundle.submission();
      }
    }
  }

  /** {@code mn job unfinished}. */
  @Command(
      name = "unfinished",
      description = "Lists jobs that have not ended, and why a person has to look at some of them.",
      sortOptions = false,
      footerHeading = "%nExamples:%n",
      footer = {"  mn job unfinished", "  mn job unfinished --json | jq -r '.data[].job_id'"})
  static final class JobUnfinishedCommand implements Callable<Integer> {
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

  /** {@code mn job result}. */
  @Command(
      name = "result",
      description = "Prints what came out of a job.",
      sortOptions = false,
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {
        "0:the job completed",
        "1:it has not ended, or the call failed",
        "3:it failed",
        "4:it was cancelled",
        "5:there is no such job",
        "6:the runtime cannot be reached",
        "124:it outlasted --timeout"
      },
      footerHeading = "%nExamples:%n",
      footer = {"  mn job result JOB_ID --wait --timeout 60", "  mn job result JOB_ID --json"})
  static final class JobResultCommand implements Callable<Integer> {
    @Mixin Client client;

    @Parameters(paramLabel = "JOB_ID", description = JobCommand.ID)
    String jobId;

    @Option(names = "--wait", description = "Wait until the job has ended.")
    boolean wait;

    @Option(
        names = "--timeout",
        paramLabel = "SECONDS",
        defaultValue = "0",
        description = "With --wait: at most so long; 0, the default: as long as it takes.")
    double timeout;

    @Override
    public Integer call() throws InterruptedException {
      Duration patience = client.limit("--timeout", timeout);
      return client.call(
          jobId,
          (mn, job) -> {
            JobOutcome outcome = wait ? mn.waitForJob(job, patience) : mn.runs().outcome(job);
            if (outcome.isTerminal()) {
              return new JobWatcher(client, mn).result(outcome);
            }
            client.complain(
                "job %s is %s and has no result yet; --wait waits for it"
                    .formatted(job, outcome.status()));
            return ExitCode.FAILED;
          });
    }
  }

  /** {@code mn job send}. */
  @Command(
      name = "send",
      description = "Gives a message to an agent of a job. A paused job gets it when it goes on.",
      sortOptions = false,
      footerHeading = "%nExamples:%n",
      footer = {
        "  mn job send JOB_ID review --body '{\"approved\": true}'",
        "  mn job send JOB_ID intake --type order --body '{\"id\": 7}' --header priority=high"
      })
  static final class JobSendCommand implements Callable<Integer> {
    @Mixin Client client;

    @Parameters(paramLabel = "JOB_ID", description = JobCommand.ID)
    String jobId;

    @Parameters(paramLabel = "AGENT_ID", description = "The agent that gets the message.")
    String agentId;

    @Option(
        names = "--body",
        paramLabel = "JSON",
        defaultValue = "{}",
        description = "What the message says; default ${DEFAULT-VALUE}.")
    String body;

    @Option(
        names = "--type",
        paramLabel = "TYPE",
        description = "The message's type, by which edges and agents know it; default command.")
    String type;

    @Option(
        names = "--header",
        paramLabel = "NAME=TEXT",
        description = "A header of the message; may be given several times.")
    Map<String, String> headers = new LinkedHashMap<>();

    @Override
    public Integer call() throws InterruptedException {
      ObjectNode message = Json.object();
      message.set("body", client.parsed("--body", body));
      if (type != null) {
        message.put("type", type);
      }
      if (!headers.isEmpty()) {
        headers.forEach(message.putObject("headers")::put);
      }
      return client.show(
          jobId,
          (mn, job) -> mn.sendMessage(job, agentId, message),
          answer ->
              client.output().line("Agent " + agentId + " has message " + answer.messageId()));
    }
  }

  /** {@code mn job why}. */
  @Command(
      name = "why",
      description = "Says why a job, its steps and its agents are where they are.",
      sortOptions = false,
      footerHeading = "%nExamples:%n",
      footer = {
        "  mn job why JOB_ID",
        "  mn job why JOB_ID --json | jq -r '.explanations[] | .text + \"  \" + .record'"
      })
  static final class JobWhyCommand implements Callable<Integer> {
    private static final List<String> HEADERS = List.of("Subject", "State", "Because");

    @Mixin Client client;

    @Parameters(paramLabel = "JOB_ID", description = JobCommand.ID)
    String jobId;

    @Override
    public Integer call() throws InterruptedException {
      return client.show(jobId, (mn, job) -> mn.jobs().why(job), this::print);
    }

    private void print(Why why) {
      Output output = client.output();
      output.line("Job " + why.jobId() + ": " + Output.printable(why.summary()));
      if (why.submittedBy() != null) {
        output.field("Submitted", "by " + why.submittedBy());
      }
      if (!why.explanations().isEmpty()) {
        output.line("");
        output.sentences(
            HEADERS, why.explanations().stream().map(one -> row(output, one)).toList());
      }
      why.explanations().stream()
          .filter(one -> !one.stderrTail().isEmpty())
          .findFirst()
          .ifPresent(this::printTail);
      if (why.more() != null) {
        output.line("and " + why.more() + " more");
      }
    }

    private void printTail(Why.Explanation failed) {
      client.output().line("\nLast lines of stderr, " + failed.subject().id() + ":");
      failed
          .stderrTail()
          .lines()
          .forEach(line -> client.output().line("| " + Output.printed(line)));
    }

    private static List<String> row(Output output, Why.Explanation one) {
      String subject = one.subject().kind() + " " + one.subject().id();
      String text = one.text();
      boolean ends = one.until() != null && one.until().text() != null;
      return List.of(
          subject,
          one.state(),
          (text.startsWith(subject + " ") ? text.substring(subject.length() + 1) : text)
              + (ends ? ", until " + output.time(one.until().text()) : ""));
    }
  }
}
