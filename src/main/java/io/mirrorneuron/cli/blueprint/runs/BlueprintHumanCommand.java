package io.mirrorneuron.cli.blueprint.runs;

import io.mirrorneuron.cli.RunsClient;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mn blueprint human}. */
@Command(
    name = "human",
    description = {
      "Prints what people were asked in a run and what they answered, each record as a line of JSON.",
      "mn human list shows people what is asked, in all runs."
    },
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  mn blueprint human RUN_ID",
      "  mn blueprint human RUN_ID --pending | jq -r .payload.prompt",
      "  mn blueprint human respond RUN_ID REQUEST_ID --decision approve"
    })
public final class BlueprintHumanCommand implements Callable<Integer> {
  @Mixin RunsClient client;

  @Parameters(arity = "0..1", paramLabel = "RUN", description = RunReader.ID)
  String run;

  @Option(names = "--pending", description = "Only what is asked and not answered.")
  boolean pending;

  @Override
  public Integer call() throws InterruptedException {
    if (run == null) {
      throw client.misuse("Missing argument 'RUN'");
    }
    return RunReader.call(
        client,
        runs -> {
          runs.people(run, pending).forEach(record -> Lines.print(client, record.line()));
          return 0;
        });
  }
}
