package io.mirrorneuron.cli.run;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.mirrorneuron.Bundle;
import io.mirrorneuron.MirrorNeuron;
import io.mirrorneuron.blueprint.Samples;
import io.mirrorneuron.cli.BundleReport;
import io.mirrorneuron.cli.Client;
import io.mirrorneuron.cli.ExitCode;
import io.mirrorneuron.cli.JobWatcher;
import io.mirrorneuron.cli.NamedValues;
import io.mirrorneuron.cli.human.AnswersHere;
import io.mirrorneuron.cli.schedule.ScheduleSpec;
import io.mirrorneuron.cli.schedule.ShownSchedules;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.SubmittedJob;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mn run}. */
@Command(
    name = "run",
    description = "Runs a workflow, shows how it goes and prints its result.",
    subcommands = {
      RunListCommand.class,
      RunFollowCommand.class,
      RunLogsCommand.class,
      RunArtifactsCommand.class,
      RunExportCommand.class,
      RunCompareCommand.class,
      RunVerifyCommand.class
    },
    sortOptions = false,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:the job completed, or was submitted with --detached",
      "1:the call failed, for example because the manifest is wrong",
      "2:the command or the configuration is wrong",
      "3:the job failed",
      "4:the job was cancelled",
      "5:there is no such bundle or job",
      "6:the runtime cannot be reached",
      "124:the job outlasted --timeout, and goes on",
      "130:interrupted by Ctrl-C; the job goes on"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  mn run shell-chain                      a sample that comes with mn",
      "  mn run my-bundle/                       a folder: manifest.yaml or .json, payloads/",
      "  mn run my-bundle.zip --detached         only submit; prints the job's id",
      "  mn run my-bundle/ --json | jq .result.output   only what came out",
      "  mn run my-bundle/ --input limit=3 --input text=@letter.txt",
      "  mn run my-bundle/ --watch               again after each change",
      "  mn run my-bundle/ --schedule 30m        run it in half an hour",
      "  mn run ./verify                         a folder with the name of a command"
    })
public final class RunCommand implements Callable<Integer> {
  @Mixin Client client;

  @Parameters(
      paramLabel = "BUNDLE",
      arity = "0..1",
      completionCandidates = Samples.Candidates.class,
      description =
          "A folder, a zip, a manifest on its own, or the name of a sample:"
              + " ${COMPLETION-CANDIDATES}.")
  String bundle;

  @Option(
      names = {"-d", "--detached"},
      description = "Return as soon as the job is durable.")
  boolean detached;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "0",
      description = "Wait for the end at most so long; 0, the default: as long as it takes.")
  double timeout;

  @Option(
      names = {"-i", "--input"},
      paramLabel = "NAME=VALUE",
      description = {
        "What the job begins with: VALUE is JSON if it is some, else text; @FILE: what is in the"
            + " file. May be given several times."
      })
  List<String> inputs = new ArrayList<>();

  @Option(
      names = {"-w", "--watch"},
      description = {
        "Run again whenever files of the folder change, until Ctrl-C. A job that works may end"
            + " before; one that only waits for a person is cancelled."
      })
  boolean watch;

  @Option(
      names = {"-v", "--verbose"},
      description =
          "Where no terminal shows it: a line for each event, not only for those of steps.")
  boolean verbose;

  @Option(
      names = "--strict",
      description = "Whatever mn validate warns of is an error, and nothing runs.")
  boolean strict;

  @Option(
      names = "--schedule",
      paramLabel = "WHEN",
      description = {
        "Run it later: a delay such as 30m, a time such as 2026-06-21T02:00:00Z, auto (as soon as"
            + " there is room), or a schedule as a JSON object. When no server runs at that time,"
            + " it is run as soon as one does; {\"delay_ms\": 1800000, \"missed_policy\": \"skip\"}"
            + " forbids it."
      })
  String schedule;

  @Option(
      names = "--auto-schedule",
      description = "Run it as soon as there is room; the same as --schedule auto.")
  boolean autoSchedule;

  /** One for all runs of {@code --watch}: it reads the terminal. */
  private AnswersHere answers;

  @Override
  public Integer call() throws InterruptedException {
    if (bundle == null) {
      throw client.misuse("Missing argument 'BUNDLE'");
    }
    answers = new AnswersHere(client);
    if (schedule != null || autoSchedule) {
      return runLater();
    }
    if (!watch) {
      return runOnce((_, _, _) -> () -> {});
    }
    Path folder = Path.of(bundle);
    if (!Files.isDirectory(folder)) {
      throw client.misuse("--watch needs a folder, which " + bundle + " is not");
    }
    if (detached || client.json()) {
      throw client.misuse("--watch shows each run; it goes with neither --detached nor --json");
    }
    new ChangeLoop(client, folder).forEachChange(this::runOnce);
    return ExitCode.OK;
  }

  private int runLater() throws InterruptedException {
    if (schedule != null && autoSchedule) {
      throw client.misuse("give --schedule or --auto-schedule, not both");
    }
    if (watch || strict) {
      throw client.misuse("a schedule goes with neither --watch nor --strict");
    }
    Map<String, ?> given = new NamedValues(client).of("--input", inputs);
    Map<String, Object> when =
        autoSchedule ? ScheduleSpec.whenThereIsRoom(client) : ScheduleSpec.of(client, schedule);
    new BundleReport(client, bundle, strict).tellLinks();
    return client.show(
        mn -> ShownSchedules.create(mn, bundle, given, when, "run"),
        made -> ShownSchedules.line(client, made));
  }

  private int runOnce(ChangeLoop.Meanwhile meanwhile) throws InterruptedException {
    Duration patience = client.limit("--timeout", timeout);
    Map<String, ?> given = new NamedValues(client).of("--input", inputs);
    return client.call(
        mn -> {
          String jobId;
          try {
            jobId = submit(mn, given);
          } catch (MnException e) {
            return new BundleReport(client, bundle, strict).refused(e, mn, given);
          }
          return detached
              ? accepted(mn, jobId)
              : new JobWatcher(client, mn, verbose)
                  .of(bundle)
                  .with((_, tell) -> meanwhile.begin(mn, jobId, tell))
                  .asking(answers)
                  .untilEnd(jobId, patience);
        });
  }

  private String submit(MirrorNeuron mn, Map<String, ?> given) {
    BundleReport report = new BundleReport(client, bundle, strict);
    report.tellLinks();
    try (Bundle opened = BundleReport.open(bundle)) {
      Submission submission = opened.submission(given);
      report.require(mn, opened, submission);
      SubmittedJob job = mn.jobs().submit(submission);
      job.warnings().forEach(warning -> client.complain("warning: " + warning));
      if (!detached && !client.json()) {
        client.output().line("Job " + client.screen().paint().bold(job.jobId()));
      }
      return job.jobId();
    }
  }

  private int accepted(MirrorNeuron mn, String jobId) {
    if (client.json()) {
      client.output().json(new Accepted(jobId, runId(mn, jobId), "pending"));
    } else {
      client.output().line(jobId);
    }
    return ExitCode.OK;
  }

  private record Accepted(
      String jobId, @JsonInclude(JsonInclude.Include.NON_NULL) String runId, String status) {}

  /** Null when it cannot be asked for: the job is there all the same. */
  private static String runId(MirrorNeuron mn, String jobId) {
    try {
      return mn.jobDetails(jobId).facts().runId();
    } catch (MnException e) {
      return null;
    }
  }
}
