package io.mirrorneuron.models;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.models.Outlook.Seen;
import io.mirrorneuron.port.models.ModelFit;
import io.mirrorneuron.port.models.ModelInstall;
import io.mirrorneuron.port.models.ModelInstalls;
import io.mirrorneuron.port.models.ModelNeed;
import io.mirrorneuron.port.models.ModelOrder;
import io.mirrorneuron.port.models.ModelOwner;
import io.mirrorneuron.port.models.PullProgress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Decides what has to be done for models that are wanted, and has it done. Blocking. */
final class ModelInstaller {
  private final Outlook outlook;
  private final Ownership ownership;
  private final Installations installations;

  ModelInstaller(Outlook outlook, Ownership ownership, Installations installations) {
    this.outlook = outlook;
    this.ownership = ownership;
    this.installations = installations;
  }

  /**
   * A model that is wanted, and what is under way for it.
   *
   * @param installation null when nothing has to be
   */
  private record Begun(CatalogEntry model, String status, Installation installation) {
    ModelInstall told(String path) {
      return install(model, path, status, null);
    }
  }

  private static ModelInstall install(
      CatalogEntry model, String path, String status, String error) {
    return new ModelInstall(
        model.id(), model.dockerModel(), model.provider(), model.backend(), path, status, error);
  }

  ModelInstall install(ModelOrder order, ModelOwner owner, Consumer<PullProgress> progress) {
    return waited(begun(order, owner), progress).told(null);
  }

  ModelInstall begin(ModelOrder order, ModelOwner owner) {
    return begun(order, owner).told(null);
  }

  private Begun begun(ModelOrder order, ModelOwner owner) {
    Seen seen = outlook.look();
    CatalogEntry model = Outlook.found(seen, order.model());
    if (!model.isOfRunner()) {
      ownership.add(model.dockerModel(), owner);
      return new Begun(model, "service_required", null);
    }
    if (seen.views().installed(model).isPresent() && !seen.stale()) {
      ownership.add(model.dockerModel(), owner);
      return new Begun(model, "already_installed", null);
    }
    checkFit(seen.views().fit(model), order.force());
    return new Begun(model, "installing", installations.begin(model, owner));
  }

  private static Begun waited(Begun begun, Consumer<PullProgress> progress) {
    if (begun.installation() == null) {
      return begun;
    }
    begun.installation().await(progress);
    return new Begun(begun.model(), "installed", null);
  }

  private static void checkFit(ModelFit fit, boolean force) {
    if (fit.forceRequired() && !force) {
      throw new MnException(
          ErrorCode.PRECONDITION,
          "model_not_compatible",
          "%s does not fit this node: %s %s".formatted(fit.modelId(), fit.message(), fit.help()));
    }
  }

  ModelInstalls installAll(
      List<ModelNeed> needs, ModelOwner owner, Consumer<PullProgress> progress) {
    List<ModelInstall> done = new ArrayList<>();
    for (ModelNeed need : needs) {
      done.add(installed(need, owner, progress));
    }
    List<String> errors =
        done.stream().filter(ModelInstall::hasFailed).map(ModelInstall::error).toList();
    return new ModelInstalls(errors.isEmpty(), done, errors);
  }

  private ModelInstall installed(
      ModelNeed need, ModelOwner owner, Consumer<PullProgress> progress) {
    Optional<CatalogEntry> known = outlook.look().views().find(need.model());
    if (known.isPresent() && need.clusterProvided()) {
      return install(known.get(), need.path(), "cluster_provided", null);
    }
    if (need.provider() != null && !need.provider().equals(CatalogEntry.RUNNER)) {
      ownership.add(known.map(CatalogEntry::dockerModel).orElse(need.model()), owner);
      return new ModelInstall(
          known.map(CatalogEntry::id).orElse(need.model()),
          need.model(),
          need.provider(),
          known.map(CatalogEntry::backend).orElse("unknown"),
          need.path(),
          "service_required",
          null);
    }
    try {
      ModelOrder order = new ModelOrder(need.model(), need.force());
      return waited(begun(order, owner), progress).told(need.path());
    } catch (MnException e) {
      return known
          .map(model -> install(model, need.path(), "failed", e.getMessage()))
          .orElse(new ModelInstall(null, need.model(), null, null, null, "failed", e.getMessage()));
    }
  }

  ModelInstall update(String id) {
    Seen seen = outlook.look();
    CatalogEntry model = Outlook.found(seen, id);
    if (!model.isOfRunner()) {
      return install(model, null, "service_required", null);
    }
    Outlook.there(seen, model, id);
    return install(model, null, installations.begin(model, null).progress().status(), null);
  }
}
