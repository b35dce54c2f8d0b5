package io.mirrorneuron.models;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.models.BoundedHttp.Bounds;
import io.mirrorneuron.models.BoundedHttp.UpstreamFailure;
import io.mirrorneuron.models.BoundedHttp.UpstreamFailure.Kind;
import io.mirrorneuron.models.ModelCatalog.ModelName;
import io.mirrorneuron.models.Ownership.Owners;
import io.mirrorneuron.port.ModelsPort;
import io.mirrorneuron.port.ModelsPort.ModelOwner;
import io.mirrorneuron.port.ModelsPort.PullProgress;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Pulls models, each in one thread at a time however many callers want it. Thread-safe. */
final class Installations {
  private static final Logger LOG = LoggerFactory.getLogger(Installations.class);

  private final RunnerApi runner;
  private final SharedFetch<Set<String>> inventory;
  private final Ownership ownership;
  private final Bounds bounds;
  private final Clock clock;

  /** The latest of each model of the catalog, by its key. */
  private final Map<String, Installation> latest = new ConcurrentHashMap<>();

  Installations(
      RunnerApi runner,
      SharedFetch<Set<String>> inventory,
      Ownership ownership,
      Bounds bounds,
      Clock clock) {
    this.runner = runner;
    this.inventory = inventory;
    this.ownership = ownership;
    this.bounds = bounds;
    this.clock = clock;
  }

  /**
   * Begins one, or joins the one that is under way.
   *
   * @param owner for whom, or null
   */
  Installation begin(CatalogEntry model, ModelOwner owner) {
    return latest.compute(
        model.key(),
        (key, present) -> {
          if (present != null && present.join(owner)) {
            return present;
          }
          Installation fresh = new Installation(model, clock);
          fresh.join(owner);
          Thread.ofVirtual().name("mn.models.pull").start(() -> run(model, fresh));
          return fresh;
        });
  }

  /** Of the installation under way, or the last; null when there was none. */
  PullProgress progress(CatalogEntry model) {
    Installation known = latest.get(model.key());
    return known == null ? null : known.progress();
  }

  /**
   * Owners by the key of their model, including those of running installations, as the runner has a
   * model slightly before its installation ends.
   */
  Map<String, Owners> owners() {
    Map<String, List<ModelOwner>> waiting = new HashMap<>(); // before the ledger: they pass into it
    latest.forEach((key, installation) -> waiting.put(key, installation.owners()));
    Map<String, Owners> all = new HashMap<>(ownership.all());
    waiting.forEach(
        (key, owners) ->
            owners.forEach(
                owner -> all.put(key, all.getOrDefault(key, Ownership.NOBODY).with(owner))));
    return all;
  }

  boolean isUnderWay(CatalogEntry model) {
    Installation known = latest.get(model.key());
    return known != null && !known.isOver();
  }

  private void run(CatalogEntry model, Installation installation) {
    MnException failure = null;
    try {
      runner.list(); // finds out where the runner is
      runner.pull(model.dockerModel(), bounds, installation::at);
      if (runner.list().stream().noneMatch(one -> ModelName.key(one).equals(model.key()))) {
        throw new UpstreamFailure(Kind.BAD, "the pull has ended and the model is not there");
      }
    } catch (UpstreamFailure e) {
      failure = failed(model, e);
      LOG.warn("{}", failure.getMessage());
    } catch (RuntimeException | Error e) {
      LOG.error("{} could not be installed", model.id(), e);
      failure = new MnException(ErrorCode.INTERNAL, "internal", "the server failed; see its log");
    }
    inventory.forget();
    installation.end(failure, owner -> ownership.add(model.dockerModel(), owner));
  }

  private static MnException failed(CatalogEntry model, UpstreamFailure why) {
    return new MnException(
        why.kind() == Kind.LATE ? ErrorCode.TIMEOUT : ErrorCode.BAD_GATEWAY,
        "model_install_failed",
        "%s could not be installed: %s: %s. %s"
            .formatted(model.id(), RunnerApi.CALLED, why.getMessage(), help(model, why)),
        null,
        why);
  }

  private static String help(CatalogEntry model, UpstreamFailure why) {
    if (why.kind() == Kind.AWAY) {
      return ModelsPort.START_RUNNER;
    }
    return switch (why.status()) {
      case 404 ->
          "There is no model of the name %s: correct it in model.catalog_path, or take another one of mn model list --all"
              .formatted(model.dockerModel());
      case 401, 403 -> "It may not be had without signing in to its registry";
      default -> "Install it again to go on";
    };
  }
}
