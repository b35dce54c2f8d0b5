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
