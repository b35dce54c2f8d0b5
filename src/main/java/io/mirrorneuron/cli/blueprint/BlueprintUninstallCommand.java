package io.mirrorneuron.cli.blueprint;

import io.mirrorneuron.cli.ApiClient;
import io.mirrorneuron.cli.ExitCode;
import io.mirrorneuron.cli.Output;
import io.mirrorneuron.cli.RestAnswer;
import io.mirrorneuron.cli.RestClient;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mn blueprint uninstall}. */
@Command(
    name = "uninstall",
    description = "Says that a blueprint needs its models no more. Its runs stay.",
    footerHeading = "%nExamples:%n",
    footer = "  mn blueprint uninstall ask-a-model --remove-models")
public final class BlueprintUninstallCommand implements Callable<Integer> {
  @Mixin ApiClient client;

  @Parameters(paramLabel = "ID", description = "Of the blueprint.")
  String id;

  @Option(names = "--remove-models", description = "Remove those that nobody else needs.")
  boolean remove;

  private record Uninstalled(List<String> released, List<String> removed) {}

  @Override
  public Integer call() throws InterruptedException {
    return client.call(
        rest -> {
          String path = "/blueprints/" + RestClient.part(id) + "/uninstall?remove_models=" + remove;
          RestAnswer answer = rest.post(path, Map.of());
          client.print(answer, Uninstalled.class, this::show);
          return ExitCode.OK;
        });
  }

  private void show(Uninstalled told) {
    Output output = client.output();
    output.line(
        told.released().isEmpty()
            ? Output.printable(id) + " needed no models"
            : "needed no more: " + Output.printable(String.join(", ", told.released())));
    if (!told.removed().isEmpty()) {
      output.line("removed: " + Output.printable(String.join(", ", told.removed())));
    }
  }
}
