package io.mirrorneuron.cli.run;

import io.mirrorneuron.cli.ApiClient;
import io.mirrorneuron.cli.ExitCode;
import io.mirrorneuron.cli.RestClient;
import io.mirrorneuron.cli.RunAddress;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mn run artifacts}. */
@Command(
    name = "artifacts",
    description = {
      "Lists the files of a run, or writes one of them here.",
      "They are those below outputs/ and those that end in .json, .jsonl, .md, .pdf, .txt, .log or .gz;"
          + " others stay in the run's folder on the server."
    },
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  mn run artifacts RUN_ID",
      "  mn run artifacts RUN_ID result.json",
      "  mn run artifacts RUN_ID result.json -o - | jq .",
      "  mn run artifacts RUN_ID outputs/report.pdf --output /srv/report.pdf"
    })
final class RunArtifactsCommand implements Callable<Integer> {
  private static final List<String> HEADERS = List.of("File", "Bytes", "Type");
  private static final String BASE = "/api/v1";
  private static final String STDOUT = "-";

  @Mixin ApiClient client;

  @Parameters(index = "0", paramLabel = "RUN_ID", description = RunAddress.ID)
  String run;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "FILE",
      description = "One of the list, to be written here.")
  String wanted;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "PATH",
      description = {
        "Where FILE is written; default its name, in this folder. Into a folder that is there under"
            + " its name. - is stdout."
      })
  String output;

  @Option(names = "--force", description = "Replace a file that is there.")
  boolean force;

  private record Listed(List<Entry> artifacts) {
    private record Entry(String relativePath, long sizeBytes, String contentType, String url) {}
  }

  @Override
  public Integer call() throws InterruptedException {
    if (wanted == null) {
      client.jsonInPipes();
    }
    if (output != null && wanted == null) {
      throw client.misuse("--output needs a FILE of the list");
    }
    if (client.json() && STDOUT.equals(output)) {
      throw client.misuse("give --json or --output -, not both");
    }
    return client.call(
        rest -> {
          String folder = RunAddress.path(rest, run) + "/artifacts";
          var answer = rest.get(folder);
          if (wanted == null) {
            client.print(answer, Listed.class, this::print);
          } else {
            download(rest, folder, answer.as(Listed.class));
          }
          return ExitCode.OK;
        });
  }

  private void print(Listed listed) {
    client
        .output()
        .table(
            HEADERS,
            listed.artifacts().stream()
                .map(
                    one ->
                        List.of(
                            Objects.toString(one.relativePath(), ""),
                            Long.toString(one.sizeBytes()),
                            Objects.toString(one.contentType(), "")))
                .toList());
  }

  private void download(RestClient rest, String folder, Listed listed) throws InterruptedException {
    Optional<String> url =
        listed.artifacts().stream()
            .filter(one -> wanted.equals(one.relativePath()) && one.url() != null)
            .map(one -> one.url().replaceFirst("^" + BASE, ""))
            .findFirst();
    if (url.isEmpty()) {
      throw unlisted(rest, folder + "/" + RestClient.parts(wanted));
    }
    if (STDOUT.equals(output)) {
      if (wanted.matches("(?i).*\\.(pdf|gz)")) {
        throw client.misuse(wanted + " is no text; --output must be a file");
      }
      client.output().text(rest.text(url.get(), "*/*"), client.screen().interactive());
      return;
    }
    Path file = TargetFile.of(output, Path.of(wanted).getFileName().toString(), force);
    rest.download(url.get(), file);
    client.wrote(file);
  }

  /** The server knows why a file is not listed that is there all the same, and says it. */
  private MnException unlisted(RestClient rest, String url) throws InterruptedException {
    String why = "";
    try {
      rest.text(url, "*/*");
    } catch (MnException e) {
      why = e.getMessage();
    }
    return new MnException(
        ErrorCode.NOT_FOUND,
        "artifact_not_found",
        why.startsWith(wanted + " ")
            ? why
            : "file %1$s was not found; mn run artifacts %2$s lists those that are there"
                .formatted(wanted, run));
  }
}
