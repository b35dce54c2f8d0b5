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

  /** The blueprint as answers show it: a record of the catalog, or a folder's own description. */
  Object blueprint();

  /** Its manifest as its author wrote it, as JSON. */
  Object manifest();

  /** The blueprint that owns the models it needs. */
  String blueprintId();

  /**
   * Faults and warnings of its configuration and answers. Unless the report is ok, the other
   * methods describe only the valid rest, which must not be launched.
   */
  Validation configuration();

  /** Warnings about what the launch lays over its configuration. */
  default List<Validation.Issue> strange() {
    return List.of();
  }

  /** The form of its questions, beside the manifest; null when unknown. */
  default Object form() {
    return null;
  }

  List<ModelNeed> models();

  /** The models while its questions have no answers but their defaults. */
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
   * Adds the news of its hook from now on.
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

  @Override
  default void close() {}
}
