package io.mirrorneuron.cli.run;

import io.mirrorneuron.cli.AnsiStyle;
import io.mirrorneuron.cli.ExitCode;
import io.mirrorneuron.cli.Output;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.run.report.ExportCheck;
import io.mirrorneuron.run.report.ExportReport;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

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
final class RunVerifyCommand implements Callable<Integer> {
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
