package io.mirrorneuron.cli.blueprint;

import io.mirrorneuron.cli.RunsClient;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mn blueprint tail}. */
@Command(
    name = "tail",
    description = {
      "Prints the last events of a run: time, type, and the rest as JSON.",
      "With --json each is a line of JSON, as mn blueprint stream has it."
    },
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  mn blueprint tail RUN_ID",
      "  mn blueprint tail RUN_ID -n 5 --follow",
      "  mn blueprint tail RUN_ID --runs-root /archive/runs"
    })
public final class BlueprintTailCommand implements Callable<Integer> {
  @Mixin RunsClient client;

  @Parameters(paramLabel = "RUN", description = RunReader.ID)
  String run;

  @Option(
      names = {"-n", "--limit"},
      paramLabel = "N",
      defaultValue = "20",
      description = "The last so many; default ${DEFAULT-VALUE}.")
  int last;

  @Mixin FollowOptions follow;

  @Override
  public Integer call() throws InterruptedException {
    return follow.print(
        client, run, new RunReader.Wanted("events", null), last, StreamRecord::event);
  }
}
