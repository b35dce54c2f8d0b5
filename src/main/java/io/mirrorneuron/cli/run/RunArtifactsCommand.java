package io.mirrorneuron.cli.run;

import io.mirrorneuron.cli.ApiClient;
import io.mirrorneuron.cli.ExitCode;
import io.mirrorneuron.cli.RestClient;
import io.mirrorneuron.cli.RunAddress;
import io.mirrorneuron.model.MnException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mn run artifacts}. */
@Command(
    name = "artifacts",
    description = "Lists the files of a run, or writes one of them here.",
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  mn run artifacts RUN_ID",
      "  mn run artifacts RUN_ID result.json",
      "  mn run artifacts RUN_ID outputs/report.pdf --output /srv/report.pdf"
    })
final class RunArtifactsCommand implements Callable<Integer> {
  private static final List<String> HEADERS = List.of("File", "Bytes", "Type");
  private static final String BASE = "/api/v1";

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
      description = "Where FILE is written; default its name, in this folder.")
  Path output;

  private record Listed(List<Entry> artifacts) {
    private record Entry(String relativePath, long sizeBytes, String contentType, String url) {}
  }

  @Override
  public Integer call() throws InterruptedException {
    if (output != null && wanted == null) {
      throw client.misuse("--output needs a FILE of the list");
    }
    return client.call(
        rest -> {
          var answer = rest.get(RunAddress.path(rest, run) + "/artifacts");
          if (wanted == null) {
            client.print(answer, Listed.class, this::print);
          } else {
            download(rest, answer.as(Listed.class));
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

  private void download(RestClient rest, Listed listed) throws InterruptedException {
    Listed.Entry entry =
        listed.artifacts().stream()
            .filter(one -> wanted.equals(one.relativePath()) && one.url() != null)
            .findFirst()
            .orElseThrow(() -> MnException.notFound("file", wanted));
    Path file = output == null ? Path.of(wanted).getFileName() : output;
    rest.download(entry.url().replaceFirst("^" + BASE, ""), file);
    if (!client.json()) {
      client.output().line(file.toString());
    }
  }
}
