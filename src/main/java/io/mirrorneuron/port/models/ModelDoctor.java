package io.mirrorneuron.port.models;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * Whether a model can be used, and what is missing.
 *
 * @param status {@code passing}, {@code warning} or {@code critical}: the worst of the checks
 */
public record ModelDoctor(String id, String model, boolean ok, String status, List<Check> checks) {
  public ModelDoctor {
    checks = List.copyOf(checks);
  }

  /**
   * @param help what can be done about it; null when nothing has to be
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Check(String name, String status, String message, String help) {}
}
