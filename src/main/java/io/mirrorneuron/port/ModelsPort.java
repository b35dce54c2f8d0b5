package io.mirrorneuron.port;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.mirrorneuron.model.MnException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Language models: those of the catalog and those that a model runner or another endpoint has. Ids
 * are those of the catalog, or names as the runner writes them; capital or small letters, a
 * registry and {@code ai/} before a name make no difference. Blocking and thread-safe.
 */
public interface ModelsPort {
  /** What to do where no model runner answers. */
  String START_RUNNER =
      "Start it, or say where it is: model.runner_api_base (MN_MODEL_RUNNER_API_BASE)."
          + " mn fake-models starts one without models.";

  /**
   * Never fails, and takes about two seconds at most: what could not be asked is in the warnings.
   *
   * @param installedOnly false for the models of the catalog that are not installed, too
   */
  ModelList list(boolean installedOnly);

  /**
   * @throws MnException NOT_FOUND when neither the catalog nor the runner has it
   */
  ModelDetail get(String id);

  /**
   * Begins to install a model, or joins whoever does, and waits for it. At most one installation of
   * a model is under way. Recorded for the owner once it is there.
   *
   * @param progress told now and then, on the caller's thread, and once at the end; may be slow
   * @return with status {@code installed}, {@code already_installed} or {@code service_required}
   * @throws MnException NOT_FOUND when the catalog does not have it, PRECONDITION when this machine
   *     cannot run it, BAD_GATEWAY when it could not be pulled, TIMEOUT when that took too long
   */
  ModelInstall install(ModelOrder order, ModelOwner owner, Consumer<PullProgress> progress);

  /**
   * The same without waiting.
   *
   * @return with status {@code installing} where it is under way
   */
  ModelInstall begin(ModelOrder order, ModelOwner owner);

  /**
   * Installs all that a blueprint needs, one after the other. A model that fails does not keep the
   * others from being tried; nothing is thrown for it.
   *
   * @param progress as for {@link #install}
   */
  ModelInstalls installAll(
      List<ModelNeed> needs, ModelOwner owner, Consumer<PullProgress> progress);

  /**
   * Pulls an installed model again, so that it is what the registry has now.
   *
   * @throws MnException as {@link #begin}, and NOT_FOUND when it is not installed
   */
  ModelInstall update(String id);

  /**
   * Removes a model from the runner, and from what is recorded of owners.
   *
   * @param force also when blueprints own it
   * @throws MnException NOT_FOUND when it is not installed, CONFLICT when it has owners or is being
   *     installed
   */
  RemovedModel remove(String id, boolean force);

  /** Owns nothing any more; for a blueprint that is uninstalled, or whose launch failed. */
  void release(ModelOwner owner);

  /** What is needed to use a model, checked one by one. */
  ModelDoctor doctor(String id);

  /**
   * Has an installed model answer, and measures how fast. 180 seconds at most.
   *
   * @param gone asked now and then; true ends it
   * @throws MnException MALFORMED without an id and for a model of another provider, NOT_FOUND when
   *     it is not installed, BAD_GATEWAY when the runner fails
   */
  ModelBenchmark benchmark(String id, BenchmarkOrder order, BooleanSupplier gone);

  /**
   * What a model is to answer.
   *
   * @param prompt null for a sentence of the house
   * @param maxTokens at most
   */
  public record BenchmarkOrder(String prompt, int maxTokens) {
    public static final int LEAST_TOKENS = 16;
    public static final int MOST_TOKENS = 512;
  }

  /**
   * The model that the configuration of a blueprint names for its programs. A launch hands it on in
   * variables, as the runtime that starts the programs may be elsewhere.
   *
   * @param model an id of the catalog, or a name
   * @param provider null for that of the catalog
   * @param apiBase where it answers; null where the server knows
   */
  public record ConfiguredModel(String model, String provider, String apiBase) {
    private static final String MODEL = "MN_LLM_DEFAULT_MODEL";
    private static final String PROVIDER = "MN_LLM_DEFAULT_PROVIDER";
    private static final String API_BASE = "MN_LLM_DEFAULT_API_BASE";

    /** As variables of a program; what is null is left out. */
    public Map<String, String> variables() {
      Map<String, String> variables = new LinkedHashMap<>();
      variables.put(MODEL, model);
      variables.put(PROVIDER, provider);
      variables.put(API_BASE, apiBase);
      variables.values().removeIf(value -> value == null);
      return variables;
    }

    /** What the variables of a program say; null when they name no model. */
    public static ConfiguredModel of(Map<String, String> variables) {
      String model = variables.get(MODEL);
      return model == null || model.isBlank()
          ? null
          : new ConfiguredModel(model, variables.get(PROVIDER), variables.get(API_BASE));
    }
  }

  /**
   * How fast a model answered.
   *
   * @param model its id
   * @param elapsedMs of the whole answer
   * @param firstTokenMs until the first token came; null when none did
   * @param tokensPerSecond from the first token on; 0 when that says nothing
   * @param sample the beginning of what it said
   * @param estimated whether tokens are characters by four, as the runner did not count them
   */
  public record ModelBenchmark(
      String model,
      String name,
      String dockerModel,
      String apiModel,
      String node,
      double elapsedMs,
      Double firstTokenMs,
      long generatedTokens,
      double tokensPerSecond,
      String sample,
      boolean estimated) {}

  /**
   * One model.
   *
   * @param requirements what it needs of a machine
   * @param install the installation that is under way, or the last one that this server made; null
   *     when it made none
   */
  public record ModelDetail(
      @JsonUnwrapped ModelView model,
      ModelRequirements requirements,
      PullProgress install,
      boolean runnerAvailable,
      List<String> warnings) {

    public ModelDetail {
      warnings = List.copyOf(warnings);
    }
  }

  /**
   * Whether a model can be used, and what is missing.
   *
   * @param status {@code passing}, {@code warning} or {@code critical}: the worst of the checks
   */
  public record ModelDoctor(
      String id, String model, boolean ok, String status, List<Check> checks) {
    public ModelDoctor {
      checks = List.copyOf(checks);
    }

    /**
     * @param help what can be done about it; null when nothing has to be
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Check(String name, String status, String message, String help) {}
  }

  /**
   * Whether a node can run a model.
   *
   * @param status {@code pass}; {@code warning}: it should, but that is not sure; {@code force}:
   *     only slowly; {@code fail}; or {@code unknown}
   * @param ok whether it may be installed without force
   * @param accelerator {@code cuda}, {@code rocm}, {@code metal} or {@code cpu}; null when unknown
   * @param help what can be done about it; null when nothing has to be
   * @param forceRequired whether it is installed only with force
   */
  public record ModelFit(
      String modelId,
      String dockerModel,
      String backend,
      String status,
      boolean ok,
      String accelerator,
      String message,
      String help,
      boolean forceRequired,
      List<String> warnings) {

    public ModelFit {
      warnings = List.copyOf(warnings);
    }
  }

  /**
   * What became of a model that is needed.
   *
   * @param path where the blueprint asks for it; null when none does
   * @param status {@code installed}, {@code already_installed}, {@code service_required}, {@code
   *     cluster_provided}, {@code installing} or {@code failed}
   * @param error why it failed; null when it did not
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record ModelInstall(
      String id,
      String model,
      String provider,
      String backend,
      String path,
      String status,
      String error) {

    /** Of a model that the catalog does not have, or that could not be installed. */
    public boolean hasFailed() {
      return status.equals("failed");
    }
  }

  /**
   * What became of all models that a blueprint needs: {@code model_install} of the contract.
   *
   * @param errors a sentence for each that failed
   */
  public record ModelInstalls(boolean ok, List<ModelInstall> models, List<String> errors) {
    public static final ModelInstalls NONE = new ModelInstalls(true, List.of(), List.of());

    public ModelInstalls {
      models = List.copyOf(models);
      errors = List.copyOf(errors);
    }
  }

  /**
   * Models, sorted by id.
   *
   * @param node of this server
   * @param runnerAvailable whether the model runner has answered
   * @param stale whether the models are those of its last answer, as it did not answer in time
   * @param warnings why something is missing; without secrets
   */
  public record ModelList(
      List<ModelView> models,
      String node,
      boolean runnerAvailable,
      boolean stale,
      List<String> warnings) {

    public ModelList {
      models = List.copyOf(models);
      warnings = List.copyOf(warnings);
    }
  }

  /**
   * A model that a blueprint needs.
   *
   * @param model an id of the catalog, or a name
   * @param provider null for that of the catalog
   * @param path where the blueprint says so, for example {@code llm.configs.primary}
   * @param clusterProvided whether its author says that it is installed elsewhere
   */
  public record ModelNeed(
      String model, String provider, String path, boolean clusterProvided, boolean force) {}

  /**
   * A model that is to be installed.
   *
   * @param force also where this machine cannot run it well
   */
  public record ModelOrder(String model, boolean force) {}

  /**
   * For whom a model is installed.
   *
   * @param blueprint its id; null for somebody who does it by hand
   */
  public record ModelOwner(String blueprint) {
    public static final ModelOwner MANUAL = new ModelOwner(null);
  }

  /**
   * What a model needs, in MB; null where nobody says.
   *
   * @param minGpuMemoryMb of one graphics card
   * @param minUnifiedMemoryMb of a machine whose graphics share its memory
   * @param minCpuMemoryMb of a machine without a graphics card
   * @param cpuIsEnough whether it is fast enough there
   */
  public record ModelRequirements(
      Integer minGpuMemoryMb,
      Integer minUnifiedMemoryMb,
      Integer minCpuMemoryMb,
      boolean cpuIsEnough) {
    public static final ModelRequirements NONE = new ModelRequirements(null, null, null, true);
  }

  /**
   * A model as it is listed.
   *
   * @param model as the catalog names it
   * @param dockerModel as the runner names it
   * @param apiModel as a completion must name it
   * @param contextSize in tokens; null when nobody knows
   * @param isDefault whether programs get it that name none
   * @param status {@code installed}, {@code installing} or {@code available}
   * @param node of this server
   * @param nodes that have it
   * @param compatibility with this node; null where another provider runs it
   * @param usedBy blueprints
   * @param orphaned whether it is installed and nobody needs it
   * @param manual whether somebody has installed it by hand
   */
  public record ModelView(
      String id,
      String name,
      String provider,
      String model,
      String dockerModel,
      String apiModel,
      String backend,
      List<String> aliases,
      Integer contextSize,
      @JsonProperty("default") boolean isDefault,
      boolean installed,
      String status,
      String node,
      List<String> nodes,
      ModelFit compatibility,
      List<String> usedBy,
      int ownerCount,
      boolean orphaned,
      boolean manual) {

    public ModelView {
      aliases = List.copyOf(aliases);
      nodes = List.copyOf(nodes);
      usedBy = List.copyOf(usedBy);
    }
  }

  /**
   * How far the installation of a model is.
   *
   * @param model its id
   * @param status {@code installing}, {@code installed} or {@code failed}
   * @param message a sentence
   * @param pulledBytes that are there
   * @param totalBytes 0 while nobody knows
   * @param error why it failed; null when it did not
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record PullProgress(
      String model,
      String status,
      String message,
      long pulledBytes,
      long totalBytes,
      String startedAt,
      String endedAt,
      String error) {}

  /**
   * A model that is gone.
   *
   * @param status {@code removed}
   */
  public record RemovedModel(String id, String model, String status) {}
}
