package io.mirrorneuron.cli.job;

import io.mirrorneuron.Bundle;
import io.mirrorneuron.cli.EitherClient;
import io.mirrorneuron.port.Submission;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

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
final class JobSubmitCommand implements Callable<Integer> {
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
