package io.mirrorneuron.cli.blueprint;

import io.mirrorneuron.cli.ApiClient;
import io.mirrorneuron.cli.ExitCode;
import io.mirrorneuron.cli.Output;
import io.mirrorneuron.cli.RestAnswer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code mn blueprint update}. */
@Command(
    name = "update",
    description = "Has the server look for changes of its catalog now.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:the catalog is up to date",
      "1:it stays as it was, for example because the repository is away"
    },
    footerHeading = "%nExamples:%n",
    footer = "  mn blueprint update")
public final class BlueprintUpdateCommand implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @Mixin ApiClient client;

  private record All(String repoDir, List<Object> blueprints, List<String> warnings) {}

  @Override
  public Integer call() throws InterruptedException {
    return update(client);
  }

  static int update(ApiClient client) throws InterruptedException {
    return client.call(
        rest -> {
          RestAnswer answer = rest.post("/blueprints:update", Map.of(), PATIENCE);
          client.print(answer, All.class, all -> show(client.output(), all));
          List<String> warnings = answer.as(All.class).warnings();
          warnings.forEach(client::complain);
          return warnings.isEmpty() ? ExitCode.OK : ExitCode.FAILED;
        });
  }

  private static void show(Output output, All all) {
    output.line(
        "%d blueprints in %s".formatted(all.blueprints().size(), Output.printable(all.repoDir())));
  }
}
