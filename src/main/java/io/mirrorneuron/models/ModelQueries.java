package io.mirrorneuron.models;

import io.mirrorneuron.config.ModelSettings;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.models.BoundedHttp.UpstreamFailure;
import io.mirrorneuron.models.BoundedHttp.UpstreamFailure.Kind;
import io.mirrorneuron.models.ModelCatalog.ModelName;
import io.mirrorneuron.models.NodeFacts.Card;
import io.mirrorneuron.models.Ownership.Owners;
import io.mirrorneuron.models.SharedFetch.Look;
import io.mirrorneuron.port.ClusterPort;
import io.mirrorneuron.port.ModelsPort.ModelFit;
import io.mirrorneuron.port.ModelsPort.ModelRequirements;
import io.mirrorneuron.port.ModelsPort.ModelView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Queries catalog, runner, endpoint and node about models, in parallel and within a time limit.
 * Thread-safe.
 */
final class ModelQueries {
  private final ModelSettings settings;
  private final ModelCatalog catalog;
  private final Supplier<Map<String, Owners>> owners;
  private final SharedFetch<Set<String>> inventory;
  private final SharedFetch<Set<String>> endpoint;
  private final SharedFetch<NodeFacts> node;
  private final Predicate<CatalogEntry> isUnderWay;
  private final Duration patience;

  /**
   * What was learned.
   *
   * @param runner null when it has answered, else why not
   * @param stale whether the models are those of the runner's last answer
   */
  record Seen(ModelViews views, UpstreamFailure runner, boolean stale, List<String> warnings) {}

  ModelQueries(
      ModelSettings settings,
      ClusterPort cluster,
      Supplier<Map<String, Owners>> owners,
      SharedFetch<Set<String>> inventory,
      EndpointApi endpoint,
      Predicate<CatalogEntry> isUnderWay,
      Duration patience) {
    this.settings = settings;
    this.catalog = new ModelCatalog(settings.catalog());
    this.owners = owners;
    this.inventory = inventory;
    this.endpoint = new SharedFetch<>("mn.models.endpoint", endpoint::list);
    this.node = new SharedFetch<>("mn.models.node", () -> NodeFacts.of(cluster));
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

  /**
   * Everything that is known of models at one moment. Pure.
   *
   * @param installed names as the runner writes them; those of its last answer where it is late
   * @param offered ids of the other endpoint
   * @param standard the model of programs that name none; may be empty
   * @param isUnderWay whether a model is being installed
   */
  record ModelViews(
      ModelCatalog.Look catalog,
      Set<String> installed,
      Set<String> offered,
      Look<NodeFacts> node,
      Map<String, Owners> owners,
      String standard,
      Predicate<CatalogEntry> isUnderWay) {
    private static final Owners NOBODY = new Owners(List.of(), false);

    String nodeName() {
      return node.last() == null ? "local" : node.last().name();
    }

    /** All models, sorted by id: those that are installed, and those that could be. */
    List<ModelView> all() {
      return entries().stream()
          .map(this::view)
          .sorted(Comparator.comparing(ModelView::id))
          .toList();
    }

    /** Those of the catalog, then those that only a runner or an endpoint knows. */
    private List<CatalogEntry> entries() {
      List<CatalogEntry> entries = new ArrayList<>(catalog.entries());
      Set<String> known = new HashSet<>();
      entries.forEach(entry -> known.add(entry.key()));
      Stream.concat(
              installed.stream().map(CatalogEntry::strange),
              offered.stream().map(CatalogEntry::remote))
          .filter(entry -> known.add(entry.key()))
          .forEach(entries::add);
      return entries;
    }

    Optional<CatalogEntry> find(String name) {
      return catalog
          .find(name)
          .or(() -> entries().stream().filter(entry -> entry.isCalled(name)).findFirst());
    }

    /** As the runner writes its name; empty when it is not installed. */
    Optional<String> installed(CatalogEntry model) {
      Set<String> there = model.isOfRunner() ? installed : offered;
      return there.stream().filter(one -> ModelName.key(one).equals(model.key())).findFirst();
    }

    ModelView view(CatalogEntry model) {
      boolean isThere = installed(model).isPresent();
      Owners owned = owners.getOrDefault(model.key(), NOBODY);
      boolean isOfRunner = model.isOfRunner();
      return new ModelView(
          model.id(),
          model.name(),
          model.provider(),
          model.model(),
          model.dockerModel(),
          model.apiModel(),
          model.backend(),
          model.aliases(),
          model.contextSize(),
          !standard.isEmpty() && model.isCalled(standard),
          isThere,
          isThere ? "installed" : isUnderWay.test(model) ? "installing" : "available",
          nodeName(),
          isThere ? List.of(nodeName()) : List.of(),
          isOfRunner ? fit(model) : null,
          owned.blueprints(),
          owned.count(),
          isThere && isOfRunner && owned.areNone(),
          owned.manual());
    }

    ModelFit fit(CatalogEntry model) {
      return node.last() == null
          ? Compatibility.unknown(model, "nobody could say what this node has")
          : Compatibility.of(model, node.last());
    }

    /** Ids of the catalog, for people who look for one. */
    String known() {
      return catalog.entries().stream().map(CatalogEntry::id).collect(Collectors.joining(", "));
    }
  }

  /** Judges whether a node can run a model of the catalog. Pure. */
  static final class Compatibility {
    private static final String SMALLER = "Choose a smaller model, or install this one with force.";
    private static final String SLOW =
        "Choose a smaller model, or install this one with force and wait longer for its answers.";
    private static final String LOOK = "Look at its speed with mn model benchmark.";

    /** A judgement without the names of the model. */
    private record Verdict(String status, String accelerator, String message, String help) {
      boolean isOk() {
        return status.equals("pass") || status.equals("warning");
      }
    }

    private Compatibility() {}

    /** Where nobody could say what the node has. */
    static ModelFit unknown(CatalogEntry model, String why) {
      return fit(model, new Verdict("unknown", null, why, null));
    }

    static ModelFit of(CatalogEntry model, NodeFacts node) {
      return fit(model, judged(model.requirements(), node));
    }

    private static ModelFit fit(CatalogEntry model, Verdict verdict) {
      boolean isKnown = !verdict.status().equals("unknown");
      List<String> warnings =
          verdict.status().equals("warning") ? List.of(verdict.message()) : List.of();
      return new ModelFit(
          model.id(),
          model.dockerModel(),
          model.backend(),
          verdict.status(),
          verdict.isOk(),
          verdict.accelerator(),
          verdict.message(),
          verdict.help(),
          isKnown && !verdict.isOk(),
          warnings);
    }

    private static Verdict judged(ModelRequirements needs, NodeFacts node) {
      Optional<Card> best = node.cards().stream().max(Comparator.comparingLong(Card::memoryMb));
      if (best.isEmpty()) {
        return withoutCard(needs, node.memoryMb());
      }
      return switch (best.get().driver()) {
        case "metal" -> onMetal(needs, node.memoryMb());
        case "cuda" -> onCard(needs, best.get(), "cuda", "NVIDIA");
        case "rocm" -> onCard(needs, best.get(), "rocm", "AMD");
        default -> withoutCard(needs, node.memoryMb());
      };
    }

    private static Verdict onCard(
        ModelRequirements needs, Card card, String accelerator, String called) {
      long wanted = wanted(needs.minGpuMemoryMb());
      if (card.memoryMb() <= 0) {
        return new Verdict(
            "warning",
            accelerator,
            "Nobody knows how much memory the %s card has.".formatted(called),
            LOOK);
      }
      if (card.memoryMb() < wanted) {
        String message =
            "It needs %s of graphics memory; the %s card has %s."
                .formatted(reported(wanted), called, reported(card.memoryMb()));
        return new Verdict("fail", accelerator, message, SMALLER);
      }
      String fits = "The %s card has %s.".formatted(called, reported(card.memoryMb()));
      return accelerator.equals("rocm")
          ? new Verdict("warning", accelerator, fits + " Whether it is used is not sure.", LOOK)
          : new Verdict("pass", accelerator, fits, null);
    }

    private static Verdict onMetal(ModelRequirements needs, long memory) {
      long wanted = wanted(needs.minUnifiedMemoryMb());
      return memory >= wanted
          ? new Verdict("pass", "metal", "The machine has %s.".formatted(reported(memory)), null)
          : new Verdict("fail", "metal", lacking(wanted, memory), SMALLER);
    }

    private static Verdict withoutCard(ModelRequirements needs, long memory) {
      long wanted = wanted(needs.minCpuMemoryMb());
      if (memory <= 0) {
        return new Verdict("unknown", null, "Nobody knows how much memory the node has.", null);
      }
      if (memory < wanted) {
        return new Verdict("fail", "cpu", lacking(wanted, memory), SMALLER);
      }
      return needs.cpuIsEnough()
          ? new Verdict("pass", "cpu", "It is small enough for processors alone.", null)
          : new Verdict(
              "force", "cpu", "There is no graphics card that helps: it will be slow.", SLOW);
    }

    private static String lacking(long wanted, long memory) {
      return "It needs %s of memory; the node has %s."
          .formatted(reported(wanted), reported(memory));
    }

    private static long wanted(Integer megabytes) {
      return megabytes == null ? 0 : megabytes;
    }

    private static String reported(long megabytes) {
      return megabytes < 1024 ? megabytes + " MB" : "%.1f GB".formatted(megabytes / 1024.0);
    }
  }
}
