package io.mirrorneuron.cli.blueprint;

import io.mirrorneuron.cli.ApiClient;
import io.mirrorneuron.cli.ExitCode;
import io.mirrorneuron.cli.Output;
import io.mirrorneuron.cli.RestAnswer;
import io.mirrorneuron.cli.RestClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mn blueprint install}. */
@Command(
    name = "install",
    description = {
      "Installs the models that a blueprint needs; without an id, has the server look for changes of"
          + " its catalog, as mn blueprint update does."
    },
    footerHeading = "%nExamples:%n",
    footer = {"  mn blueprint install ask-a-model", "  mn blueprint install"})
public final class BlueprintInstallCommand implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofSeconds(200);
  private static final List<String> HEADERS = List.of("Model", "Status", "Asked for at");

  @Mixin ApiClient client;

  @Parameters(paramLabel = "ID", arity = "0..1", description = "Of the blueprint.")
  String id;

  @Option(names = "--force", description = "Also models that do not fit the server.")
  boolean force;

  private record Model(String id, String model, String status, String path) {
    List<String> row() {
      return List.of(
          Objects.requireNonNullElse(id, model), status, Objects.requireNonNullElse(path, ""));
    }
  }

  private record Installs(List<Model> models) {}

  private record Installed(Installs modelInstall) {}

  @Override
  public Integer call() throws InterruptedException {
    if (id == null) {
      return BlueprintUpdateCommand.update(client);
    }
    return client.call(
        rest -> {
          String path = "/blueprints/" + RestClient.part(id) + "/install?force=" + force;
          RestAnswer answer = rest.post(path, Map.of(), PATIENCE);
          client.print(answer, Installed.class, this::show);
          return ExitCode.OK;
        });
  }

  private void show(Installed told) {
    List<Model> models = told.modelInstall().models();
    if (models.isEmpty()) {
      client.output().line(Output.printable(id) + " needs no models");
    } else {
      client.output().table(HEADERS, models.stream().map(Model::row).toList());
    }
  }
}
