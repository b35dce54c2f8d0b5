package io.mirrorneuron.cli.blueprint;

import io.mirrorneuron.cli.ApiClient;
import io.mirrorneuron.cli.ExitCode;
import io.mirrorneuron.cli.Output;
import io.mirrorneuron.cli.RestClient;
import io.mirrorneuron.model.MnException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code mn blueprint cleanup}. */
@Command(
    name = "cleanup",
    description = {
      "Tells which models no blueprint needs, nor anybody who installed them by hand, and removes them"
          + " on request.",
      "Uploads, clones and progress of launches the server removes by itself; runs stay."
    },
    footerHeading = "%nExamples:%n",
    footer = {"  mn blueprint cleanup", "  mn blueprint cleanup --remove-models"})
public final class BlueprintCleanupCommand implements Callable<Integer> {
  @Mixin ApiClient client;

  @Option(names = "--dry-run", description = "Only say what would be removed.")
  boolean dryRun;

  @Option(
      names = "--remove-models",
      description = "Remove them, also where another program than mn pulled them.")
  boolean removeModels;

  @Option(names = "--keep-models", description = "Keep them, as without an option.")
  boolean keepModels;

  @Option(
      names = "--files",
      negatable = true,
      description = "Files of the server, which has settings for them: --files is refused.")
  Boolean files;

  @Option(
      names = "--docker",
      negatable = true,
      description = "Images and networks, which this server does not make: --docker is refused.")
  Boolean docker;

  @Option(
      names = "--dead",
      negatable = true,
      description = "Dead containers, which this server does not have: --dead is refused.")
  Boolean dead;

  private record Model(String id, boolean installed, boolean orphaned) {}

  private record All(List<Model> models) {}

  /**
   * @param unused models that are there and that nobody needs
   * @param failed why some of them were not removed
   */
  private record Cleaned(List<String> unused, List<String> removed, List<String> failed) {}

  @Override
  public Integer call() throws InterruptedException {
    if (removeModels && keepModels) {
      throw client.misuse("give --remove-models or --keep-models");
    }
    refuse(
        files,
        "--files: the server removes files by itself, after uploads.ttl_seconds,"
            + " blueprint.progress_ttl_seconds and blueprint.repo_ttl_seconds");
    refuse(docker, "--docker: this server makes no images and no networks");
    refuse(dead, "--dead: this server has no containers");
    return client.call(this::clean);
  }

  private void refuse(Boolean wanted, String why) {
    if (Boolean.TRUE.equals(wanted)) {
      throw client.misuse(why);
    }
  }

  private int clean(RestClient rest) throws InterruptedException {
    List<String> unused =
        rest.get("/models").as(All.class).models().stream()
            .filter(one -> one.installed() && one.orphaned())
            .map(Model::id)
            .toList();
    Cleaned cleaned = new Cleaned(unused, new ArrayList<>(), new ArrayList<>());
    for (String id : removeModels && !dryRun ? unused : List.<String>of()) {
      remove(rest, id, cleaned);
    }
    if (client.json()) {
      client.output().json(cleaned);
    } else {
      show(client.output(), cleaned);
    }
    return cleaned.failed().isEmpty() ? ExitCode.OK : ExitCode.FAILED;
  }

  private void remove(RestClient rest, String id, Cleaned cleaned) throws InterruptedException {
    try {
      rest.delete("/models/" + RestClient.part(id) + "?force=false");
      cleaned.removed().add(id);
    } catch (MnException e) {
      cleaned.failed().add(id + ": " + e.getMessage());
    }
  }

  private void show(Output output, Cleaned cleaned) {
    if (cleaned.unused().isEmpty()) {
      output.line("there is no model that nobody needs");
    } else if (removeModels && !dryRun) {
      cleaned.removed().forEach(id -> output.line("removed: " + Output.printable(id)));
      cleaned.failed().forEach(client::complain);
    } else {
      cleaned
          .unused()
          .forEach(id -> output.line("needed by no blueprint: " + Output.printable(id)));
      output.line(
          removeModels
              ? "nothing was removed: --dry-run"
              : "--remove-models removes what is named");
    }
  }
}
