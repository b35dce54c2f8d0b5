package io.mirrorneuron.cli.blueprint;

import io.mirrorneuron.cli.ExitCode;
import io.mirrorneuron.cli.RunsClient;
import io.mirrorneuron.run.report.BlueprintReport;
import io.mirrorneuron.run.report.RunDocument;
import io.mirrorneuron.wire.Json;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mn blueprint export}. */
@Command(
    name = "export",
    description = {
      "Prints a run as one document, in the form that the original has.",
      "HTML is a file: mn-export.html in the folder of the run or, before a server, RUN_ID.html here."
          + " Its URL is printed.",
      "mn run export tells more, and has all of a run in a zip."
    },
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  mn blueprint export RUN_ID | jq .result",
      "  mn blueprint export RUN_ID --format markdown > report.md",
      "  mn blueprint export RUN_ID --format html --runs-root ~/.mn/runs"
    })
public final class BlueprintExportCommand implements Callable<Integer> {
  @Mixin RunsClient client;

  @Parameters(paramLabel = "RUN", description = RunReader.ID)
  String run;

  @Option(
      names = {"-f", "--format"},
      paramLabel = "FORMAT",
      description = "json, markdown (or md) or html (or static_html, web); default json.")
  String format;

  @Override
  public Integer call() throws InterruptedException {
    String wanted = format == null ? "json" : format.toLowerCase(Locale.ROOT);
    if (client.json() && !wanted.equals("json")) {
      throw client.misuse("give --json or --format " + format + ", not both");
    }
    return switch (wanted) {
      case "json" ->
          text(
              document -> {
                document.whatIsCut().forEach(client::complain);
                return Json.indentedAndSorted(document.withoutTruncated()) + "\n";
              });
      case "markdown", "md" -> text(BlueprintReport::markdown);
      case "html", "static_html", "web" -> page();
      default -> {
        client.complain("Unsupported export format. Use 'json', 'markdown', or 'html'.");
        yield ExitCode.FAILED;
      }
    };
  }

  private int text(Function<RunDocument, String> form) throws InterruptedException {
    return RunReader.call(
        client,
        runs -> {
          String text = form.apply(runs.document(run));
          client.output().text(text, client.screen().interactive());
          return ExitCode.OK;
        });
  }

  private int page() throws InterruptedException {
    return RunReader.call(
        client,
        runs -> {
          RunDocument document = runs.document(run);
          Path file = runs.keep(document, BlueprintReport.html(document));
          client.output().line(file.toUri().toString());
          return ExitCode.OK;
        });
  }
}
