package io.mirrorneuron.cli.run;

import io.mirrorneuron.cli.ApiClient;
import io.mirrorneuron.cli.RunAddress;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

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
final class RunLogsCommand implements Callable<Integer> {
  @Mixin ApiClient client;

  @Parameters(paramLabel = "RUN_ID", description = RunAddress.ID)
  String run;

  @Mixin LogOptions options;

  @Override
  public Integer call() throws InterruptedException {
    return options.print(client, run);
  }
}
