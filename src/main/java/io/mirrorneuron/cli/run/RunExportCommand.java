package io.mirrorneuron.cli.run;

import io.mirrorneuron.cli.ApiClient;
import io.mirrorneuron.cli.ExitCode;
import io.mirrorneuron.cli.RestClient;
import io.mirrorneuron.cli.RunAddress;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

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
final class RunExportCommand implements Callable<Integer> {
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
      description = "Where it is written; default stdout, for a zip RUN_ID.mnrun.zip.")
  Path file;

  @Override
  public Integer call() throws InterruptedException {
    return client.call(
        rest -> {
          String id = RunAddress.runId(rest, run);
          String path = "/runs/" + RestClient.part(id) + "/export?format=" + format.word();
          if (file == null && format == Format.JSON) {
            client.output().json(rest.get(path).json());
          } else if (file == null && format != Format.ZIP) {
            client.output().text(rest.text(path, "text/markdown"), client.screen().interactive());
          } else {
            Path target = file == null ? Path.of(id + ".mnrun.zip") : file;
            rest.download(path, target);
            client.output().line(target.toString());
          }
          return ExitCode.OK;
        });
  }
}
