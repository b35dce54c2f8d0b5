package io.mirrorneuron.cli.blueprint;

import io.mirrorneuron.cli.RunsClient;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mn blueprint stream}. */
@Command(
    name = "stream",
    description =
        "Prints the last records of a run, of several channels in one order, each as a line of JSON.",
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  mn blueprint stream RUN_ID --channels events,human | jq .type",
      "  mn blueprint stream RUN_ID --follow"
    })
public final class BlueprintStreamCommand implements Callable<Integer> {
  @Mixin RunsClient client;

  @Parameters(paramLabel = "RUN", description = RunReader.ID)
  String run;

  @Option(
      names = "--channels",
      paramLabel = "LIST",
      defaultValue = "events,logs,human,resources",
      description =
          "Of events, logs, human, resources, errors and timeline, with commas between; default"
              + " ${DEFAULT-VALUE}.")
  String channels;

  @Option(
      names = {"-n", "--limit"},
      paramLabel = "N",
      defaultValue = "100",
      description = "The last so many; default ${DEFAULT-VALUE}.")
  int last;

  @Option(
      names = "--level",
      paramLabel = "LEVEL",
      description = "Of the log only records of this level or above, for example warning.")
  String level;

  @Mixin FollowOptions follow;

  @Override
  public Integer call() throws InterruptedException {
    return follow.print(
        client, run, new RunReader.Wanted(channels, level), last, StreamRecord::line);
  }
}
