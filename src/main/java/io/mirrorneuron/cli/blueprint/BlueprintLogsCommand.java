package io.mirrorneuron.cli.blueprint;

import io.mirrorneuron.cli.RunsClient;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mn blueprint logs}. */
@Command(
    name = "logs",
    description = {
      "Prints the last log records of a run: time, level, component and message.",
      "With --json each is a line of JSON, as mn blueprint stream has it.",
      "mn run logs chooses among them by step, stream and text."
    },
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {"  mn blueprint logs RUN_ID --level warning", "  mn blueprint logs RUN_ID --follow"})
public final class BlueprintLogsCommand implements Callable<Integer> {
  @Mixin RunsClient client;

  @Parameters(paramLabel = "RUN", description = RunReader.ID)
  String run;

  @Option(
      names = {"-n", "--limit"},
      paramLabel = "N",
      defaultValue = "50",
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
    return follow.print(client, run, new RunReader.Wanted("logs", level), last, StreamRecord::log);
  }
}
