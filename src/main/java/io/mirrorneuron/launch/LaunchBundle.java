package io.mirrorneuron.launch;

import io.mirrorneuron.launch.hook.BundleHooks;
import io.mirrorneuron.launch.hook.HookStore.HookNews;
import io.mirrorneuron.port.ModelsPort.ModelNeed;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.Validation;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * A bundle that was found for a launch, read once: what is changed in its folder later makes no
 * difference, except to its payload files.
 */
public interface LaunchBundle extends AutoCloseable {

  /** As answers tell it: a record of the catalog, or what a folder says of itself. */
  Object blueprint();

  /** Its manifest as its author wrote it, as JSON. */
  Object manifest();

  /** Who owns the models that it needs. */
  String blueprintId();

  /**
   * What is wrong or strange with its configuration, and with answers to what it asks for. Unless
   * it is ok, what follows is about the rest of it, and nothing of that is to be launched.
   */
  Validation configuration();

  /** Warnings about what the launch lays over its configuration. */
  default List<Validation.Issue> strange() {
    return List.of();
  }

  /** What can be asked before the launch, beside what it says itself; null when nobody knows. */
  default Object form() {
    return null;
  }

  List<ModelNeed> models();

  /** The same while nobody has answered what it asks for: what has a default has that. */
  default List<ModelNeed> modelsWithoutAnswers() {
    return models();
  }

  /** The page that it wants to be shown with, as its manifest describes it; null for none. */
  Object webUi();

  /** Programs that want to run on the server before and after the job. */
  BundleHooks hooks();

  /** The configuration of the launch, a JSON object. */
  String configJson();

  /**
   * From now on, with what its hook tells.
   *
   * @throws io.mirrorneuron.model.MnException INVALID or TOO_LARGE when that does not fit
   */
  void reported(HookNews news);

  /**
   * Copies what its configuration names as input folders, and from now on names the copies.
   *
   * @param submission the name of the folder that the job will have
   * @param progress told the bytes that are copied, now and then
   * @throws io.mirrorneuron.model.MnException TOO_LARGE, UNAVAILABLE
   */
  void place(String submission, LongConsumer progress);

  /** What is to be submitted, with the configuration and answers of the order, as that run. */
  Submission submission(String runId);

  /** The launch has a copy of its files. */
  default void copied() {}

  /** It is needed no more. */
  @Override
  default void close() {}
}
