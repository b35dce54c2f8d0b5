package io.mirrorneuron.port.models;

import java.util.List;

/**
 * Whether a node can run a model.
 *
 * @param status {@code pass}; {@code warning}: it should, but that is not sure; {@code force}: only
 *     slowly; {@code fail}; or {@code unknown}
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
