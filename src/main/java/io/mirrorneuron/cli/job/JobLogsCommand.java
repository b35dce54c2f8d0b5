package io.mirrorneuron.cli.job;

import io.mirrorneuron.cli.ApiClient;
import io.mirrorneuron.cli.run.LogOptions;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code mn job logs}. */
@Command(
    name = "logs",
    description = "Prints what the programs of a job have logged.",
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  mn job logs JOB_ID",
      "  mn job logs JOB_ID --step fetch --stream stderr",
      "  mn job logs JOB_ID --follow"
    })
final class JobLogsCommand implements Callable<Integer> {
  @Mixin ApiClient client;

  @Parameters(paramLabel = "JOB_ID", description = JobCommand.ID)
  String jobId;

  @Mixin LogOptions options;

  @Override
  public Integer call() throws InterruptedException {
    return options.print(client, jobId);
  }
}
