package io.mirrorneuron.cli;

import io.mirrorneuron.Bundle;
import io.mirrorneuron.MirrorNeuron;
import io.mirrorneuron.port.SubmittedJob;
import io.mirrorneuron.samples.Samples;
import io.mirrorneuron.wire.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** {@code mn run}. */
@Command(
    name = "run",
    description = "Runs a workflow, shows how it goes and prints its result.",
    subcommands = RunVerifyCommand.class,
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
      "  mn run my-bundle/                       a folder with manifest.json and payloads/",
      "  mn run my-bundle.zip --detached         only submit; prints the job's id",
      "  mn run my-bundle/ --json | jq .result   for programs",
      "  mn run ./verify                         a folder with the name of a command"
    })
public final class RunCommand implements Callable<Integer> {
  @Mixin Client client;

  @Parameters(
      paramLabel = "BUNDLE",
      arity = "0..1",
      completionCandidates = Samples.Candidates.class,
      description =
          "A folder, a zip, a manifest on its own, or the name of a sample: ${COMPLETION-CANDIDATES}.")
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

  @Override
  public Integer call() throws InterruptedException {
    if (bundle == null) {
      throw new ParameterException(
          client.command.commandLine(), "Missing required parameter: 'BUNDLE'");
    }
    return client.call(
        mn -> {
          String jobId = submit(mn);
          return detached
              ? accepted(jobId)
              : new JobWatcher(client, mn).untilEnd(jobId, patience());
        });
  }

  private String submit(MirrorNeuron mn) {
    try (Bundle opened = open()) {
      SubmittedJob job = mn.jobs().submit(opened.submission());
      job.warnings().forEach(warning -> client.complain("warning: " + warning));
      if (!detached && !client.json) {
        client.output().line("Job " + client.screen().paint().bold(job.jobId()));
      }
      return job.jobId();
    }
  }

  /** A local folder takes precedence over a sample of the same name. */
  private Bundle open() {
    Path path = Path.of(bundle);
    return Samples.names().contains(bundle) && Files.notExists(path)
        ? Bundle.sample(bundle)
        : Bundle.open(path);
  }

  private int accepted(String jobId) {
    if (client.json) {
      client.output().json(Json.object().put("job_id", jobId).put("status", "pending"));
    } else {
      client.output().line(jobId);
    }
    return ExitCode.OK;
  }

  private Duration patience() {
    return Duration.ofMillis((long) (Math.max(0, timeout) * 1000));
  }
}
