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
 * Language models of the catalog and of a model runner or another endpoint. Ids are those of the
 * catalog, or names as the runner writes them; case, a registry and an {@code ai/} prefix are
 * ignored. Blocking. Thread-safe.
 */
public interface ModelsPort {
  /** Remedy where no model runner answers. */
  String START_RUNNER =
      "Start it, or say where it is: model.runner_api_base (MN_MODEL_RUNNER_API_BASE)."
          + " mn fake-models starts one without models.";

  /**
   * Never fails, and takes about two seconds at most: failed queries become warnings.
   *
   * @param installedOnly false to include models of the catalog that are not installed
   */
  ModelList list(boolean installedOnly);

  /**
   * @throws MnException NOT_FOUND when neither the catalog nor the runner has it
   */
  ModelDetail get(String id);

  /**
   * Installs a model, or joins a running installation, and waits for it. At most one installation
   * per model is under way. The owner is recorded when it succeeds.
   *
   * @param progress called now and then, on the caller's thread, and once at the end; may be slow
   * @return with status {@code installed}, {@code already_installed} or {@code service_required}
   * @throws MnException NOT_FOUND when the catalog does not have it, PRECONDITION when this machine
   *     cannot run it, BAD_GATEWAY when it could not be pulled, TIMEOUT when that took too long
   */
  ModelInstall install(ModelOrder order, ModelOwner owner, Consumer<PullProgress> progress);

  /**
   * {@link #install} without waiting.
   *
   * @return with status {@code installing} where it is under way
   */
  ModelInstall begin(ModelOrder order, ModelOwner owner);

  /**
   * Installs all models that a blueprint needs, one after the other. A failed model does not stop
   * the rest and throws nothing.
   *
   * @param progress as for {@link #install}
   */
  ModelInstalls installAll(
      List<ModelNeed> needs, ModelOwner owner, Consumer<PullProgress> progress);

  /**
   * Pulls an installed model again, to the registry's current version.
   *
   * @throws MnException as {@link #begin}, and NOT_FOUND when it is not installed
   */
  ModelInstall update(String id);

  /**
   * Removes a model from the runner, and its owners from the record.
   *
   * @param force also when blueprints own it
   * @throws MnException NOT_FOUND when it is not installed, CONFLICT when it has owners or is being
   *     installed
   */
  RemovedModel remove(String id, boolean force);

  /** Removes all ownership of a blueprint that is uninstalled, or whose launch failed. */
  void release(ModelOwner owner);

  /** Checks each prerequisite of a model. */
  ModelDoctor doctor(String id);

  /**
   * Measures the speed of an installed model's answer. 180 seconds at most.
   *
   * @param gone polled; true cancels
   * @throws MnException MALFORMED without an id and for a model of another provider, NOT_FOUND when
   *     it is not installed, BAD_GATEWAY when the runner fails
   */
  ModelBenchmark benchmark(String id, BenchmarkOrder order, BooleanSupplier gone);

  /**
   * Prompt and length of a benchmark.
   *
   * @param prompt null for a default prompt
   * @param maxTokens at most
   */
  public record BenchmarkOrder(String prompt, int maxTokens) {
    public static final int LEAST_TOKENS = 16;
    public static final int MOST_TOKENS = 512;
  }

  /**
   * The model that a blueprint's configuration names for its programs. A launch passes it on in
   * environment variables, as the runtime that starts the programs may be on another machine.
   *
   * @param model an id of the catalog, or a name
   * @param provider null for that of the catalog
   * @param apiBase its address; null if the server knows it
   */
  public record ConfiguredModel(String model, String provider, String apiBase) {
    private static final String MODEL = "MN_LLM_DEFAULT_MODEL";
    private static final String PROVIDER = "MN_LLM_DEFAULT_PROVIDER";
    private static final String API_BASE = "MN_LLM_DEFAULT_API_BASE";

    /** As environment variables of a program; null members are left out. */
    public Map<String, String> variables() {
      Map<String, String> variables = new LinkedHashMap<>();
      variables.put(MODEL, model);
      variables.put(PROVIDER, provider);
      variables.put(API_BASE, apiBase);
      variables.values().removeIf(value -> value == null);
      return variables;
    }

    /** Reads the variables of a program; null when they name no model. */
    public static ConfiguredModel of(Map<String, String> variables) {
      String model = variables.get(MODEL);
      return model == null || model.isBlank()
          ? null
          : new ConfiguredModel(model, variables.get(PROVIDER), variables.get(API_BASE));
    }
  }

  /**
   * Measured speed of a model.
   *
   * @param model its id
   * @param elapsedMs of the whole answer
   * @param firstTokenMs until the first token; null when none came
   * @param tokensPerSecond from the first token on; 0 when not meaningful
   * @param sample the beginning of the answer
   * @param estimated whether tokens are characters divided by four, as the runner did not count
   *     them
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
   * @param requirements on the machine
   * @param install the current installation, or the last one by this server; null for none
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
   * Whether a model is usable, and what is missing.
   *
   * @param status {@code passing}, {@code warning} or {@code critical}: the worst of the checks
   */
  public record ModelDoctor(
      String id, String model, boolean ok, String status, List<Check> checks) {
    public ModelDoctor {
      checks = List.copyOf(checks);
    }

    /**
     * @param help a remedy; null when none is needed
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Check(String name, String status, String message, String help) {}
  }

  /**
   * Whether a node can run a model.
   *
   * @param status {@code pass}; {@code warning}: probably; {@code force}: only slowly; {@code
   *     fail}; or {@code unknown}
   * @param ok whether it may be installed without force
   * @param accelerator {@code cuda}, {@code rocm}, {@code metal} or {@code cpu}; null when unknown
   * @param help a remedy; null when none is needed
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
   * Outcome for a required model.
   *
   * @param path of the requirement in the blueprint; null for none
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

    /** True for a model that is not in the catalog or could not be installed. */
    public boolean hasFailed() {
      return status.equals("failed");
    }
  }

  /**
   * Outcome for all models that a blueprint needs: {@code model_install} of the contract.
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
   * @param stale whether the models are from the runner's last answer, as it did not answer in time
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
   * @param path of the requirement in the blueprint, for example {@code llm.configs.primary}
   * @param clusterProvided whether its author declares it installed elsewhere
   */
  public record ModelNeed(
      String model, String provider, String path, boolean clusterProvided, boolean force) {}

  /**
   * Request to install a model.
   *
   * @param force also where this machine cannot run it well
   */
  public record ModelOrder(String model, boolean force) {}

  /**
   * The blueprint, or the user, for which a model is installed.
   *
   * @param blueprint its id; null for a manual installation
   */
  public record ModelOwner(String blueprint) {
    public static final ModelOwner MANUAL = new ModelOwner(null);
  }

  /**
   * A model's requirements, in MB; null where unknown.
   *
   * @param minGpuMemoryMb of one graphics card
   * @param minUnifiedMemoryMb of a machine whose graphics share its memory
   * @param minCpuMemoryMb of a machine without a graphics card
   * @param cpuIsEnough whether it is fast enough on a CPU
   */
  public record ModelRequirements(
      Integer minGpuMemoryMb,
      Integer minUnifiedMemoryMb,
      Integer minCpuMemoryMb,
      boolean cpuIsEnough) {
    public static final ModelRequirements NONE = new ModelRequirements(null, null, null, true);
  }

  /**
   * A model in a list.
   *
   * @param model as the catalog names it
   * @param dockerModel as the runner names it
   * @param apiModel as a completion must name it
   * @param contextSize in tokens; null if unknown
   * @param isDefault whether it is used by programs that name no model
   * @param status {@code installed}, {@code installing} or {@code available}
   * @param node of this server
   * @param nodes that have it
   * @param compatibility with this node; null where another provider runs it
   * @param usedBy blueprints
   * @param orphaned whether it is installed and no blueprint or user needs it
   * @param manual whether it was installed by a user
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
   * Progress of a model's installation.
   *
   * @param model its id
   * @param status {@code installing}, {@code installed} or {@code failed}
   * @param message a sentence
   * @param totalBytes 0 while unknown
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
   * @param status {@code removed}
   */
  public record RemovedModel(String id, String model, String status) {}
}
