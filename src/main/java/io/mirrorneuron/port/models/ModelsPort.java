package io.mirrorneuron.port.models;

import io.mirrorneuron.model.MnException;
import java.util.List;
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
}
