package io.mirrorneuron.port.models;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.List;

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
