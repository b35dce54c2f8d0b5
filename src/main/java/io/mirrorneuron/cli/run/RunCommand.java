package io.mirrorneuron.cli.run;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.mirrorneuron.Bundle;
import io.mirrorneuron.MirrorNeuron;
import io.mirrorneuron.blueprint.Samples;
import io.mirrorneuron.cli.AnsiStyle;
import io.mirrorneuron.cli.ApiClient;
import io.mirrorneuron.cli.BundleReport;
import io.mirrorneuron.cli.Client;
import io.mirrorneuron.cli.ExitCode;
import io.mirrorneuron.cli.JobWatcher;
import io.mirrorneuron.cli.NamedValues;
import io.mirrorneuron.cli.Output;
import io.mirrorneuron.cli.RestClient;
import io.mirrorneuron.cli.RunAddress;
import io.mirrorneuron.cli.human.TerminalAnswers;
import io.mirrorneuron.cli.schedule.ScheduleSpec;
import io.mirrorneuron.cli.schedule.ShownSchedules;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.JobsPort.SubmittedJob;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.run.report.ExportCheck;
import io.mirrorneuron.run.report.ExportReport;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mn run}. */
@Command(
    name = "run",
    description = "Runs a workflow, shows how it goes and prints its result.",
    subcommands = {
      RunCommand.RunListCommand.class,
      RunCommand.RunFollowCommand.class,
      RunCommand.RunLogsCommand.class,
      RunArtifactsCommand.class,
      RunCommand.RunExportCommand.class,
      RunCompareCommand.class,
      RunCommand.RunVerifyCommand.class
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
  private TerminalAnswers answers;

  @Override
  public Integer call() throws InterruptedException {
    if (bundle == null) {
      throw client.misuse("Missing argument 'BUNDLE'");
    }
    answers = new TerminalAnswers(client);
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

  /** {@code mn run logs}. */
  @Command(
      name = "logs",
      description = "Prints what the programs of a run have logged.",
      sortOptions = false,
      footerHeading = "%nExamples:%n",
      footer = {
        "  mn run logs RUN_ID --level warning",
        "  mn run logs RUN_ID --step fetch --stream stderr",
        "  mn run logs RUN_ID --follow"
      })
  static final class RunLogsCommand implements Callable<Integer> {
    @Mixin ApiClient client;

    @Parameters(paramLabel = "RUN_ID", description = RunAddress.ID)
    String run;

    @Mixin LogOptions options;

    @Override
    public Integer call() throws InterruptedException {
      return options.print(client, run);
    }
  }

  /** {@code mn run follow}. */
  @Command(
      name = "follow",
      description =
          "Prints the records of a run, those there are and those to come, until it is over, also when"
              + " the server goes and comes back.",
      sortOptions = false,
      footerHeading = "%nExamples:%n",
      footer = {
        "  mn run follow RUN_ID",
        "  mn run follow RUN_ID --channels logs,human",
        "  mn run follow RUN_ID --json                 each as one line of JSON"
      })
  static final class RunFollowCommand implements Callable<Integer> {
    @Mixin ApiClient client;

    @Parameters(paramLabel = "RUN_ID", description = RunAddress.ID)
    String run;

    @Option(
        names = "--channels",
        paramLabel = "LIST",
        defaultValue = "events,logs,human",
        description =
            "Of events, logs, human, resources, errors and timeline, with commas between; default"
                + " ${DEFAULT-VALUE}.")
    String channels;

    @Override
    public Integer call() throws InterruptedException {
      return client.call(
          rest -> {
            String path = RunAddress.path(rest, run);
            new RecordLines(client)
                .follow(rest, path + "/stream?channels=" + RestClient.part(channels), _ -> true);
            return ExitCode.OK;
          });
    }
  }

  /** {@code mn run verify}; needs no server. */
  @Command(
      name = "verify",
      description = {
        "Checks an exported run, without a server, and names the first thing that was changed.",
        "Whoever makes the whole file anew can make its chain anew: compare the head that is printed"
            + " with one that was noted elsewhere."
      },
      sortOptions = false,
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {
        "0:all is as it was exported",
        "1:something was changed",
        "2:the file is no exported run, or it is cut off",
        "5:there is no such file"
      },
      footerHeading = "%nExample:%n",
      footer = {
        "  curl -OJ 'http://localhost:54001/api/v1/runs/RUN_ID/export?format=zip'",
        "  mn run verify RUN_ID.mnrun.zip"
      })
  static final class RunVerifyCommand implements Callable<Integer> {
    @Spec CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "A run, exported as a zip.")
    Path file;

    @Option(names = "--json", description = "For programs: the findings as JSON on stdout.")
    boolean json;

    @Option(
        names = {"-h", "--help"},
        usageHelp = true,
        description = "Show this help.")
    boolean help;

    @Override
    public Integer call() {
      try {
        return tell(ExportCheck.verify(file));
      } catch (MnException e) {
        complain(e.getMessage());
        return e.code() == ErrorCode.NOT_FOUND ? ExitCode.NOT_FOUND : ExitCode.USAGE;
      }
    }

    private int tell(ExportReport report) {
      Output output = new Output(spec.commandLine().getOut(), AnsiStyle.PLAIN, Integer.MAX_VALUE);
      if (json) {
        output.json(report.json());
      } else if (report.ok()) {
        output.line(
            "verified: %s, %d entries, %d records, head %s"
                .formatted(report.runId(), report.entries(), report.records(), report.head()));
      } else {
        complain("not verified: " + report.firstBroken());
      }
      return report.ok() ? ExitCode.OK : ExitCode.FAILED;
    }

    private void complain(String sentence) {
      PrintWriter err = spec.commandLine().getErr();
      err.println("mn: " + Output.printable(sentence));
      err.flush();
    }
  }

  /** {@code mn run export}. */
  @Command(
      name = "export",
      description = {
        "Takes a run away as one document or file.",
        "A zip has all of it, and mn run verify says whether it was changed since."
      },
      sortOptions = false,
      footerHeading = "%nExamples:%n",
      footer = {
        "  mn run export RUN_ID --format markdown > report.md",
        "  mn run export RUN_ID --format zip",
        "  mn run verify RUN_ID.mnrun.zip"
      })
  static final class RunExportCommand implements Callable<Integer> {
    @Mixin ApiClient client;

    @Parameters(paramLabel = "RUN_ID", description = RunAddress.ID)
    String run;

    enum Format {
      JSON,
      MARKDOWN,
      MD,
      ZIP;

      String word() {
        return switch (this) {
          case JSON -> "json";
          case MARKDOWN, MD -> "markdown";
          case ZIP -> "zip";
        };
      }

      String ending() {
        return switch (this) {
          case JSON -> ".json";
          case MARKDOWN, MD -> ".md";
          case ZIP -> ".mnrun.zip";
        };
      }
    }

    @Option(
        names = {"-f", "--format"},
        paramLabel = "FORMAT",
        defaultValue = "json",
        description = "json, markdown (or md) or zip; default ${DEFAULT-VALUE}.")
    Format format;

    @Option(
        names = {"-o", "--output"},
        paramLabel = "FILE",
        description = {
          "Where it is written; default stdout, for a zip RUN_ID.mnrun.zip in this folder. Into a folder"
              + " that is there as RUN_ID and the ending of the format."
        })
    String output;

    @Option(names = "--force", description = "Replace a file that is there.")
    boolean force;

    @Override
    public Integer call() throws InterruptedException {
      boolean isPrinted = output == null && format != Format.ZIP;
      if (isPrinted && client.json() && format != Format.JSON) {
        throw client.misuse("give --json or --format " + format.word() + ", not both");
      }
      return client.call(
          rest -> {
            String id = RunAddress.runId(rest, run);
            String path = "/runs/" + RestClient.part(id) + "/export?format=" + format.word();
            if (!isPrinted) {
              Path file = TargetFile.of(output, id + format.ending(), force);
              rest.download(path, file);
              client.wrote(file);
            } else if (format == Format.JSON) {
              client.output().json(rest.get(path).json());
            } else {
              client.output().text(rest.text(path, "text/markdown"), client.screen().interactive());
            }
            return ExitCode.OK;
          });
    }
  }

  /** {@code mn run list}. */
  @Command(
      name = "list",
      description = "Lists runs, the newest first.",
      sortOptions = false,
      footerHeading = "%nExamples:%n",
      footer = {
        "  mn run list --status failed",
        "  mn run list --limit 1 --json | jq -r '.data[0].run_id'",
        "  mn run ./list                             a workflow in a folder of that name"
      })
  static final class RunListCommand implements Callable<Integer> {
    @Mixin ApiClient client;

    @Option(
        names = "--limit",
        paramLabel = "N",
        defaultValue = "20",
        description = "So many runs at most, up to 1000; default ${DEFAULT-VALUE}.")
    int limit;

    @Option(
        names = "--status",
        paramLabel = "STATUS",
        description = "Only runs with this status, which is that of their job, for example failed.")
    Status status;

    @Option(
        names = "--blueprint-id",
        paramLabel = "ID",
        description = "Only runs of this blueprint, which is the workflow's id.")
    String blueprint;

    @Option(
        names = "--id-prefix",
        paramLabel = "TEXT",
        defaultValue = "",
        description = "Only runs whose id, or whose job's id, begins so.")
    String idPrefix;

    /** How a run may stand, which is how its job does; unknown while it has none. */
    enum Status {
      PENDING,
      VALIDATED,
      SCHEDULED,
      RUNNING,
      PAUSING,
      PAUSED,
      CANCELLING,
      COMPLETED,
      FAILED,
      CANCELLED,
      UNKNOWN
    }

    /** A page of {@code GET /runs}. */
    private record Page(List<Row> data, long total) {
      private record Row(
          String runId, String status, String startedAt, String endedAt, String blueprintId) {}
    }

    @Override
    public Integer call() throws InterruptedException {
      client.jsonInPipes();
      client.requireCount("--limit", limit, 1000);
      String query =
          "/runs?limit="
              + limit
              + value("status", status == null ? null : status.name().toLowerCase(Locale.ROOT))
              + value("blueprint_id", blueprint)
              + value("q", idPrefix.isEmpty() ? null : idPrefix);
      return client.show(query, Page.class, this::print);
    }

    private static String value(String name, String value) {
      return value == null ? "" : "&" + name + "=" + RestClient.part(value);
    }

    private void print(Page page) {
      if (page.data().isEmpty()) {
        client.output().line("No runs");
        return;
      }
      Output output = client.output();
      output.table(
          List.of("Run ID", "Status", output.when("Started"), output.when("Ended"), "Workflow"),
          page.data().stream().map(run -> row(output, run)).toList());
      if (page.total() > page.data().size()) {
        client.output().line("and " + (page.total() - page.data().size()) + " older");
      }
    }

    private static List<String> row(Output output, Page.Row run) {
      return Stream.of(run.runId(), run.status(), run.startedAt(), run.endedAt(), run.blueprintId())
          .map(text -> output.time(Objects.toString(text, "")))
          .toList();
    }
  }
}
