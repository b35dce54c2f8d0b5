package io.mirrorneuron.port.models;

import com.fasterxml.jackson.annotation.JsonInclude;

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
