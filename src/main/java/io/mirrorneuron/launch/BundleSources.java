package io.mirrorneuron.launch;

import io.mirrorneuron.blueprint.Blueprint;
import io.mirrorneuron.blueprint.Catalogs;
import io.mirrorneuron.bundle.GivenInputs;
import io.mirrorneuron.bundle.ManifestFile;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.models.ModelNeed;
import io.mirrorneuron.store.BundleStaging;
import io.mirrorneuron.wire.Json;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Bundles of the catalog, of folders, and those that were uploaded. */
public final class BundleSources implements LaunchSources {
  private final Catalogs catalogs;
  private final BundleStaging staging;

  public BundleSources(Catalogs catalogs, BundleStaging staging) {
    this.catalogs = catalogs;
    this.staging = staging;
  }

  @Override
  public LaunchBundle find(LaunchOrder order) {
    Path folder =
        switch (order.source()) {
          case CATALOG -> catalogs.bundle(catalogs.get(order.place()));
          case PATH -> Path.of(order.place());
          case BUNDLE -> staging.open(order.place()).payloads().getParent();
        };
    Object blueprint =
        order.source() == LaunchOrder.Source.CATALOG
            ? catalogs.get(order.place())
            : Map.of("id", folder.getFileName().toString());
    String id = blueprint instanceof Blueprint known ? known.id() : folder.getFileName().toString();
    return new Found(blueprint, id, ManifestFile.in(folder, "bundle "), folder, order.inputs());
  }

  private record Found(
      Object blueprint,
      String blueprintId,
      ManifestFile file,
      Path folder,
      Map<String, Object> inputs)
      implements LaunchBundle {
    @Override
    public Object manifest() {
      return Json.MAPPER.convertValue(file.tree(), Object.class);
    }

    @Override
    public List<ModelNeed> models() {
      return List.of();
    }

    @Override
    public Object webUi() {
      return null;
    }

    @Override
    public boolean hasPreparation() {
      return false;
    }

    @Override
    public Submission submission(String runId) {
      var tree = file.tree().deepCopy();
      tree.withObject("/metadata").put("run_id", runId);
      String text = Json.write(tree);
      return new Submission(
          GivenInputs.into(text, tree, inputs),
          new Submission.Payloads.Folder(folder.resolve("payloads")),
          null);
    }
  }
}
