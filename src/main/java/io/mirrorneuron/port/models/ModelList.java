package io.mirrorneuron.port.models;

import java.util.List;

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
