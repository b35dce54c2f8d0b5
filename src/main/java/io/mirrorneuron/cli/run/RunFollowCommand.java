package io.mirrorneuron.cli.run;

import io.mirrorneuron.cli.ApiClient;
import io.mirrorneuron.cli.ExitCode;
import io.mirrorneuron.cli.RestClient;
import io.mirrorneuron.cli.RunAddress;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mn run follow}. */
@Command(
    name = "follow",
    description =
        "Prints the records of a run, those there are and those to come, until it is over, also when"
            + " the server goes and comes back.",
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  mn run follow RUN_ID",
      "  mn run follow RUN_ID --channels logs,human",
      "  mn run follow RUN_ID --json                 each as one line of JSON"
    })
final class RunFollowCommand implements Callable<Integer> {
  @Mixin ApiClient client;

  @Parameters(paramLabel = "RUN_ID", description = RunAddress.ID)
  String run;

  @Option(
      names = "--channels",
      paramLabel = "LIST",
      defaultValue = "events,logs,human",
      description =
          "Of events, logs, human, resources, errors and timeline, with commas between; default"
              + " ${DEFAULT-VALUE}.")
  String channels;

  @Override
  public Integer call() throws InterruptedException {
    return client.call(
        rest -> {
          String path = RunAddress.path(rest, run);
          new RecordLines(client)
              .follow(rest, path + "/stream?channels=" + RestClient.part(channels), _ -> true);
          return ExitCode.OK;
        });
  }
}
