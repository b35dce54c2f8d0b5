package io.mirrorneuron.models;

import io.mirrorneuron.config.ModelSettings;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.models.Ownership.Owners;
import io.mirrorneuron.models.SharedLoad.Look;
import io.mirrorneuron.models.UpstreamFailure.Kind;
import io.mirrorneuron.port.ClusterPort;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Asks everybody who knows something of models, at the same time and in limited time. Thread-safe.
 */
final class Outlook {
  private final ModelSettings settings;
  private final ModelCatalog catalog;
  private final Supplier<Map<String, Owners>> owners;
  private final SharedLoad<Set<String>> inventory;
  private final SharedLoad<Set<String>> endpoint;
  private final SharedLoad<NodeFacts> node;
  private final Predicate<CatalogEntry> isUnderWay;
  private final Duration patience;

  /**
   * What was learned.
   *
   * @param runner null when it has answered, else why not
   * @param stale whether the models are those of the runner's last answer
   */
  record Seen(ModelViews views, UpstreamFailure runner, boolean stale, List<String> warnings) {}

  Outlook(
      ModelSettings settings,
      ClusterPort cluster,
      Supplier<Map<String, Owners>> owners,
      SharedLoad<Set<String>> inventory,
      EndpointApi endpoint,
      Predicate<CatalogEntry> isUnderWay,
      Duration patience) {
    this.settings = settings;
    this.catalog = new ModelCatalog(settings.catalog());
    this.owners = owners;
    this.inventory = inventory;
    this.endpoint = new SharedLoad<>("mn.models.endpoint", endpoint::list);
    this.node = new SharedLoad<>("mn.models.node", () -> NodeFacts.of(cluster));
    this.isUnderWay = isUnderWay;
    this.patience = patience;
  }

  Seen look() {
    long end = System.nanoTime() + patience.toNanos();
    CompletableFuture<Set<String>> listing = inventory.begin();
    CompletableFuture<Set<String>> offering = endpoint.begin();
    CompletableFuture<NodeFacts> reporting = node.begin();
    ModelCatalog.Look known = catalog.look();
    List<String> warnings = new ArrayList<>(known.warnings());
    Look<NodeFacts> facts = node.await(reporting, patience.dividedBy(4)); // may be an old one
    Look<Set<String>> offered = endpoint.await(offering, left(end));
    Look<Set<String>> installed = inventory.await(listing, left(end));
    if (!installed.isFresh()) {
      warnings.add(ofRunner(installed));
    }
    if (!offered.isFresh()) {
      warnings.add(
          "the endpoint %s %s"
              .formatted(settings.endpoint().base(), reason(offered, "did not answer in time")));
    }
    boolean stale = isLate(installed) && installed.last() != null;
    ModelViews views =
        new ModelViews(
            known,
            installed.isFresh() || stale ? installed.last() : Set.of(),
            offered.last() == null ? Set.of() : offered.last(),
            facts,
            owners.get(),
            settings.standard(),
            isUnderWay);
    return new Seen(views, failure(installed), stale, warnings);
  }

  /** Whether it may answer yet; who comes when the fetch is given up has waited no longer. */
  private static boolean isLate(Look<?> look) {
    return look.isLate()
        || look.failure() instanceof UpstreamFailure known && known.kind() == Kind.LATE;
  }

  private static Duration left(long end) {
    return Duration.ofNanos(Math.max(0, end - System.nanoTime()));
  }

  private String ofRunner(Look<Set<String>> installed) {
    if (!isLate(installed)) {
      return RunnerApi.CALLED + " is not available: " + reason(installed, "");
    }
    return "%s did not answer within %d ms; %s"
        .formatted(
            RunnerApi.CALLED,
            patience.toMillis(),
            installed.last() == null
                ? "what it has is not known"
                : "these are the models of its last answer");
  }

  private static String reason(Look<?> look, String late) {
    return switch (look.failure()) {
      case null -> late;
      case UpstreamFailure known -> known.getMessage();
      default -> "it could not be asked";
    };
  }

  private UpstreamFailure failure(Look<Set<String>> installed) {
    if (installed.isFresh()) {
      return null;
    }
    return installed.failure() instanceof UpstreamFailure known
        ? known
        : new UpstreamFailure(Kind.LATE, "it did not answer within " + patience.toMillis() + " ms");
  }

  /**
   * @throws MnException when neither the catalog nor anybody else has it
   */
  static CatalogEntry found(Seen seen, String id) {
    return seen.views()
        .find(id)
        .orElseThrow(
            () ->
                new MnException(
                    ErrorCode.NOT_FOUND,
                    "unknown_runtime_model",
                    "model %s is neither installed nor in the catalog, which has %s"
                        .formatted(id, seen.views().known())));
  }

  /**
   * An installed model, as the runner writes its name.
   *
   * @throws MnException when it is not installed, or the runner did not say
   */
  static String there(Seen seen, CatalogEntry model, String id) {
    if (seen.runner() != null && model.isOfRunner() && !seen.stale()) {
      throw failed("%s is not available".formatted(RunnerApi.CALLED), seen.runner());
    }
    return seen.views()
        .installed(model)
        .orElseThrow(
            () ->
                new MnException(
                    ErrorCode.NOT_FOUND, "model_not_installed", id + " is not installed"));
  }

  static MnException failed(String what, UpstreamFailure why) {
    return new MnException(
        ErrorCode.BAD_GATEWAY, "model_runner_failed", what + ": " + why.getMessage(), null, why);
  }
}
