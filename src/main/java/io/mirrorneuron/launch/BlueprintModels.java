package io.mirrorneuron.launch;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.models.ModelInstalls;
import io.mirrorneuron.port.models.ModelOwner;
import io.mirrorneuron.port.models.ModelView;
import io.mirrorneuron.port.models.ModelsPort;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The models that blueprints of the catalog need, apart from a launch. Blocking. */
public record BlueprintModels(LaunchSources sources, ModelsPort models) {

  /**
   * A blueprint whose models are there.
   *
   * @param blueprint as the catalog tells of it
   */
  public record Installed(boolean installed, Object blueprint, ModelInstalls modelInstall) {}

  /**
   * A blueprint that needs its models no more.
   *
   * @param released models that it owned
   * @param removed those of them that were removed, as nobody else needs them
   */
  public record Uninstalled(
      boolean uninstalled, String blueprintId, List<String> released, List<String> removed) {}

  /**
   * @throws MnException INTERNAL {@code blueprint_model_install_failed} with all that failed, in
   *     the form of the original: as an object in the place of the sentence
   */
  public Installed install(LaunchOrder order) {
    try (LaunchBundle bundle = sources.find(order)) {
      ModelInstalls installs =
          models.installAll(
              bundle.modelsWithoutAnswers(), new ModelOwner(bundle.blueprintId()), progress -> {});
      if (!installs.ok()) {
        throw failed(installs);
      }
      return new Installed(true, bundle.blueprint(), installs);
    }
  }

  private static MnException failed(ModelInstalls installs) {
    String error = "blueprint_model_install_failed";
    Map<String, Object> detail = new LinkedHashMap<>();
    detail.put("error", error);
    detail.put("models", installs.models());
    detail.put("errors", installs.errors());
    return new MnException(ErrorCode.INTERNAL, error, String.join("; ", installs.errors()))
        .with(Map.of("detail", detail));
  }

  private void requireBlueprint(String id) {
    LaunchOrder.Source catalog = LaunchOrder.Source.CATALOG;
    try (LaunchBundle bundle =
        sources.find(new LaunchOrder(catalog, id, null, null, null, false, null, null))) {
      bundle.blueprintId();
    }
  }

  /**
   * @param blueprintId may have gone from the catalog
   * @param remove whether models are removed that nobody else needs
   * @throws MnException NOT_FOUND when there is no such blueprint, and no model that one needed
   */
  public Uninstalled uninstall(String blueprintId, boolean remove) {
    List<String> owned =
        models.list(true).models().stream()
            .filter(model -> model.usedBy().contains(blueprintId))
            .map(ModelView::id)
            .toList();
    if (owned.isEmpty()) {
      requireBlueprint(blueprintId);
    }
    models.release(new ModelOwner(blueprintId));
    List<String> removed = new ArrayList<>();
    if (remove) {
      for (ModelView model : models.list(true).models()) {
        if (owned.contains(model.id()) && model.orphaned()) {
          removed.add(models.remove(model.id(), false).id());
        }
      }
    }
    return new Uninstalled(true, blueprintId, owned, removed);
  }
}
