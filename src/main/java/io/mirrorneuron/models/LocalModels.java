package io.mirrorneuron.models;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.mirrorneuron.config.ModelSettings;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.models.BoundedHttp.Bounds;
import io.mirrorneuron.models.BoundedHttp.UpstreamFailure;
import io.mirrorneuron.models.BoundedHttp.UpstreamFailure.Kind;
import io.mirrorneuron.models.ModelCatalog.ModelLimits;
import io.mirrorneuron.models.ModelQueries.Seen;
import io.mirrorneuron.port.ClusterPort;
import io.mirrorneuron.port.ModelsPort;
import io.mirrorneuron.port.ModelsPort.BenchmarkOrder;
import io.mirrorneuron.port.ModelsPort.ModelBenchmark;
import io.mirrorneuron.port.ModelsPort.ModelDetail;
import io.mirrorneuron.port.ModelsPort.ModelDoctor;
import io.mirrorneuron.port.ModelsPort.ModelDoctor.Check;
import io.mirrorneuron.port.ModelsPort.ModelFit;
import io.mirrorneuron.port.ModelsPort.ModelInstall;
import io.mirrorneuron.port.ModelsPort.ModelInstalls;
import io.mirrorneuron.port.ModelsPort.ModelList;
import io.mirrorneuron.port.ModelsPort.ModelNeed;
import io.mirrorneuron.port.ModelsPort.ModelOrder;
import io.mirrorneuron.port.ModelsPort.ModelOwner;
import io.mirrorneuron.port.ModelsPort.ModelView;
import io.mirrorneuron.port.ModelsPort.PullProgress;
import io.mirrorneuron.port.ModelsPort.RemovedModel;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LenientJson;
import java.net.URI;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** The models of the machine that this process is on. */
public final class LocalModels implements ModelsPort, AutoCloseable {
  private final ModelLimits limits;
  private final BoundedHttp http = new BoundedHttp();
  private final RunnerApi runner;
  private final EndpointApi endpoint;
  private final Ownership ownership;
  private final SharedFetch<Set<String>> inventory;
  private final Installations installations;
  private final ModelInstaller installer;
  private final ModelQueries outlook;

  /**
   * @param cluster says what the node of this process has
   */
  public LocalModels(ModelSettings settings, ClusterPort cluster, ModelLimits limits, Clock clock) {
    this.limits = limits;
    this.runner = new RunnerApi(http, settings.runners());
    this.endpoint = new EndpointApi(http, settings.endpoint());
    this.ownership = new Ownership(settings.ownership());
    this.inventory = new SharedFetch<>("mn.models.list", runner::list);
    this.installations = new Installations(runner, inventory, ownership, limits.pull(), clock);
    this.outlook =
        new ModelQueries(
            settings,
            cluster,
            installations::owners,
            inventory,
            endpoint,
            installations::isUnderWay,
            limits.answer());
    this.installer = new ModelInstaller(outlook, ownership, installations);
  }

  @Override
  public ModelList list(boolean installedOnly) {
    Seen seen = outlook.look();
    List<ModelView> models = seen.views().all();
    return new ModelList(
        installedOnly ? models.stream().filter(ModelView::installed).toList() : models,
        seen.views().nodeName(),
        seen.runner() == null,
        seen.stale(),
        seen.warnings());
  }

  @Override
  public ModelDetail get(String id) {
    Seen seen = outlook.look();
    CatalogEntry model = ModelQueries.found(seen, id);
    return new ModelDetail(
        seen.views().view(model),
        model.requirements(),
        installations.progress(model),
        seen.runner() == null,
        seen.warnings());
  }

  @Override
  public ModelInstall install(ModelOrder order, ModelOwner owner, Consumer<PullProgress> progress) {
    return installer.install(order, owner, progress);
  }

  @Override
  public ModelInstall begin(ModelOrder order, ModelOwner owner) {
    return installer.begin(order, owner);
  }

  @Override
  public ModelInstalls installAll(
      List<ModelNeed> needs, ModelOwner owner, Consumer<PullProgress> progress) {
    return installer.installAll(needs, owner, progress);
  }

  @Override
  public ModelInstall update(String id) {
    return installer.update(id);
  }

  @Override
  public void release(ModelOwner owner) {
    ownership.release(owner);
  }

  @Override
  public RemovedModel remove(String id, boolean force) {
    Seen seen = outlook.look();
    CatalogEntry model = ModelQueries.found(seen, id);
    String name = ModelQueries.there(seen, model, id);
    new Removal(seen.views().view(model), installations.isUnderWay(model)).check(force);
    try {
      runner.delete(name);
    } catch (UpstreamFailure e) {
      throw ModelQueries.failed(id + " could not be removed: " + RunnerApi.CALLED, e);
    } finally {
      inventory.forget();
    }
    ownership.drop(model.dockerModel());
    return new RemovedModel(model.id(), model.dockerModel(), "removed");
  }

  @Override
  public ModelDoctor doctor(String id) {
    Seen seen = outlook.look();
    CatalogEntry model = ModelQueries.found(seen, id);
    return Examination.of(model, seen, runner.root(), endpoint);
  }

  @Override
  public ModelBenchmark benchmark(String id, BenchmarkOrder order, BooleanSupplier gone) {
    if (id.isBlank()) {
      throw MnException.malformed("model id is required");
    }
    Seen seen = outlook.look();
    CatalogEntry model = seen.views().find(id).orElseGet(() -> CatalogEntry.strange(id));
    if (!model.isOfRunner()) {
      throw MnException.malformed(
          id + " does not expose a Docker Model Runner chat endpoint: " + model.provider());
    }
    String failure = RunnerApi.CALLED + " benchmark failed";
    if (seen.runner() != null && !seen.stale()) {
      throw ModelQueries.failed(failure, seen.runner());
    }
    ModelQueries.there(seen, model, id);
    try {
      Benchmark.Result result =
          new Benchmark().run(runner, model.apiModel(), order, limits.chat(), gone);
      return new ModelBenchmark(
          model.id(),
          model.name(),
          model.dockerModel(),
          model.apiModel(),
          seen.views().nodeName(),
          result.elapsedMs(),
          result.firstMs(),
          result.tokens(),
          result.tokensPerSecond(),
          result.sample(),
          result.estimated());
    } catch (UpstreamFailure e) {
      throw ModelQueries.failed(failure, e);
    }
  }

  @Override
  public void close() {
    http.close();
  }

  /**
   * Whether a model may be removed. Pure.
   *
   * @param underWay whether it is being installed
   */
  private record Removal(ModelView model, boolean underWay) {

    /**
     * @param force also when blueprints need it
     * @throws MnException when it may not
     */
    void check(boolean force) {
      if (!model.provider().equals(CatalogEntry.RUNNER)) {
        throw conflict(
            "model_elsewhere",
            "%s is at another endpoint, from which nothing is removed here".formatted(model.id()));
      }
      if (underWay) {
        throw conflict("model_installing", model.id() + " is being installed; wait for that");
      }
      if (!model.usedBy().isEmpty() && !force) {
        throw conflict(
            "model_in_use",
            "%s is needed by %s; remove it with force if nothing of theirs is to run"
                .formatted(model.id(), String.join(", ", model.usedBy())));
      }
    }

    private static MnException conflict(String error, String message) {
      return new MnException(ErrorCode.CONFLICT, error, message);
    }
  }

  /** Checks, one by one, what is needed to use a model. */
  private static final class Examination {
    private static final String PASSING = "passing";
    private static final String WARNING = "warning";
    private static final String CRITICAL = "critical";

    private Examination() {}

    /**
     * @param root where the runner is, or null
     */
    static ModelDoctor of(CatalogEntry model, Seen seen, URI root, EndpointApi endpoint) {
      List<Check> checks = new ArrayList<>();
      if (model.isOfRunner()) {
        checks.add(runner(seen, root));
        checks.add(fit(seen.views().fit(model)));
      } else {
        checks.add(endpoint(model, endpoint));
      }
      checks.add(installed(model, seen));
      String worst =
          checks.stream().anyMatch(one -> one.status().equals(CRITICAL))
              ? CRITICAL
              : checks.stream().anyMatch(one -> one.status().equals(WARNING)) ? WARNING : PASSING;
      return new ModelDoctor(
          model.id(), model.dockerModel(), !worst.equals(CRITICAL), worst, checks);
    }

    private static Check runner(Seen seen, URI root) {
      return seen.runner() == null
          ? new Check("runner", PASSING, RunnerApi.CALLED + " answers at " + root, null)
          : new Check(
              "runner",
              CRITICAL,
              RunnerApi.CALLED + " is not available: " + seen.runner().getMessage(),
              ModelsPort.START_RUNNER);
    }

    private static Check fit(ModelFit fit) {
      String status = fit.ok() ? fit.status().equals("pass") ? PASSING : WARNING : CRITICAL;
      boolean isKnown = !fit.status().equals("unknown");
      return new Check("hardware", isKnown ? status : WARNING, fit.message(), fit.help());
    }

    private static Check endpoint(CatalogEntry model, EndpointApi endpoint) {
      return endpoint.isSet()
          ? new Check("endpoint", PASSING, "An endpoint is configured.", null)
          : new Check(
              "endpoint",
              CRITICAL,
              "No endpoint is configured for the provider " + model.provider() + ".",
              "Say where it is: model.openai_api_base (MN_MODEL_OPENAI_API_BASE).");
    }

    private static Check installed(CatalogEntry model, Seen seen) {
      if (seen.views().installed(model).isPresent()) {
        return new Check("installed", PASSING, "It is there.", null);
      }
      if (model.isOfRunner() && seen.runner() != null && !seen.stale()) {
        return new Check("installed", WARNING, "Nobody knows whether it is installed.", null);
      }
      return model.isOfRunner()
          ? new Check(
              "installed", CRITICAL, "It is not installed.", "mn model install " + model.id())
          : new Check(
              "installed", CRITICAL, "The endpoint does not offer it.", "Look at what it serves.");
    }
  }

  /** Decides what has to be done for models that are wanted, and has it done. Blocking. */
  private static final class ModelInstaller {
    private final ModelQueries outlook;
    private final Ownership ownership;
    private final Installations installations;

    ModelInstaller(ModelQueries outlook, Ownership ownership, Installations installations) {
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
      ModelInstall reported(String path) {
        return install(model, path, status, null);
      }
    }

    private static ModelInstall install(
        CatalogEntry model, String path, String status, String error) {
      return new ModelInstall(
          model.id(), model.dockerModel(), model.provider(), model.backend(), path, status, error);
    }

    ModelInstall install(ModelOrder order, ModelOwner owner, Consumer<PullProgress> progress) {
      return waited(begun(order, owner), progress).reported(null);
    }

    ModelInstall begin(ModelOrder order, ModelOwner owner) {
      return begun(order, owner).reported(null);
    }

    private Begun begun(ModelOrder order, ModelOwner owner) {
      Seen seen = outlook.look();
      CatalogEntry model = ModelQueries.found(seen, order.model());
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
        return waited(begun(order, owner), progress).reported(need.path());
      } catch (MnException e) {
        return known
            .map(model -> install(model, need.path(), "failed", e.getMessage()))
            .orElse(
                new ModelInstall(null, need.model(), null, null, null, "failed", e.getMessage()));
      }
    }

    ModelInstall update(String id) {
      Seen seen = outlook.look();
      CatalogEntry model = ModelQueries.found(seen, id);
      if (!model.isOfRunner()) {
        return install(model, null, "service_required", null);
      }
      ModelQueries.there(seen, model, id);
      return install(model, null, installations.begin(model, null).progress().status(), null);
    }
  }

  /** Measures one streamed answer of a model. One use, one thread. */
  private static final class Benchmark {
    private static final String PROMPT = "Say in one short sentence what a lighthouse keeper does.";
    private static final int SAMPLE = 4000;

    /** Seconds: what is said at once says nothing of speed. */
    private static final double SHORTEST = 0.001;

    private static final double CHARACTERS_PER_TOKEN = 4;

    private final long begun = System.nanoTime();
    private final StringBuilder text = new StringBuilder();
    private long first;
    private long counted = -1;
    private boolean finished;

    private record Chunk(List<Choice> choices, Usage usage, Failure error) {}

    private record Choice(Part delta, Part message, String finishReason) {}

    /**
     * @param content also a blank one, which readers of texts leave out
     */
    private record Part(Object content) {}

    private record Usage(Long completionTokens) {}

    private record Failure(String message) {}

    /**
     * What was measured.
     *
     * @param firstMs null when there was no token
     */
    record Result(
        double elapsedMs,
        Double firstMs,
        long tokens,
        double tokensPerSecond,
        String sample,
        boolean estimated) {}

    /** Asks the model, named as a completion must name it. */
    Result run(
        RunnerApi runner, String model, BenchmarkOrder order, Bounds bounds, BooleanSupplier gone)
        throws UpstreamFailure {
      runner.chat(body(model, order), bounds, gone, this::read);
      if (!finished) {
        throw new UpstreamFailure(Kind.BAD, "the answer ended before it was whole");
      }
      return result(System.nanoTime());
    }

    private static String body(String model, BenchmarkOrder order) {
      Map<String, Object> body = new LinkedHashMap<>();
      body.put("model", model);
      String prompt = Objects.requireNonNullElse(order.prompt(), PROMPT);
      body.put("messages", List.of(Map.of("role", "user", "content", prompt)));
      body.put("temperature", 0);
      body.put("max_tokens", order.maxTokens());
      body.put("stream", true);
      body.put("stream_options", Map.of("include_usage", true));
      return Json.write(body);
    }

    private boolean read(String line) throws UpstreamFailure {
      String data =
          line.startsWith("data:") ? line.substring("data:".length()).strip() : line.strip();
      if (data.isEmpty() || data.startsWith(":") || data.startsWith("event:")) {
        return true;
      }
      if (data.equals("[DONE]")) {
        finished = true;
        return false;
      }
      take(chunk(data));
      return true;
    }

    private static Chunk chunk(String data) throws UpstreamFailure {
      try {
        return LenientJson.read(Json.parse(data), Chunk.class);
      } catch (JsonProcessingException e) {
        throw new UpstreamFailure(Kind.BAD, "a piece of its answer is not JSON");
      }
    }

    private void take(Chunk chunk) throws UpstreamFailure {
      if (chunk.error() != null) {
        String said = UntrustedText.of(String.valueOf(chunk.error().message()), "");
        throw new UpstreamFailure(Kind.BAD, said);
      }
      for (Choice choice : chunk.choices()) {
        Part part = choice.delta() == null ? choice.message() : choice.delta();
        if (part != null && part.content() instanceof String token && !token.isEmpty()) {
          first = first == 0 ? System.nanoTime() : first;
          text.append(token);
        }
        finished |= choice.finishReason() != null;
      }
      if (chunk.usage() != null && chunk.usage().completionTokens() != null) {
        counted = Math.max(0, chunk.usage().completionTokens());
      }
    }

    private Result result(long now) {
      String whole = text.toString().strip();
      boolean estimated = counted < 0;
      long tokens = estimated ? estimate(whole) : counted;
      double seconds = Math.max(SHORTEST, (now - first) / 1e9);
      double speed = whole.isEmpty() ? 0 : tokens / seconds;
      return new Result(
          rounded((now - begun) / 1e6, 10),
          first == 0 ? null : (Double) rounded((first - begun) / 1e6, 10),
          tokens,
          rounded(speed, 100),
          whole.length() > SAMPLE ? whole.substring(0, SAMPLE) : whole,
          estimated);
    }

    private static long estimate(String text) {
      return text.isEmpty() ? 0 : Math.max(1, Math.round(text.length() / CHARACTERS_PER_TOKEN));
    }

    private static double rounded(double value, double unit) {
      return Math.round(value * unit) / unit;
    }
  }
}
