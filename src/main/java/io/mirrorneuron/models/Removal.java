package io.mirrorneuron.models;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.models.ModelView;

/**
 * Whether a model may be removed. Pure.
 *
 * @param underWay whether it is being installed
 */
record Removal(ModelView model, boolean underWay) {

  /**
   * @param force also when blueprints need it
   * @throws MnException when it may not
   */
  void check(boolean force) {
    if (!model.provider().equals(CatalogEntry.RUNNER)) {
      throw conflict(
          "model_elsewhere",
          "%s is at another endpoint, from which nothing is removed here".formatted(model.id()));
    }
    if (underWay) {
      throw conflict("model_installing", model.id() + " is being installed; wait for that");
    }
    if (!model.usedBy().isEmpty() && !force) {
      throw conflict(
          "model_in_use",
          "%s is needed by %s; remove it with force if nothing of theirs is to run"
              .formatted(model.id(), String.join(", ", model.usedBy())));
    }
  }

  private static MnException conflict(String error, String message) {
    return new MnException(ErrorCode.CONFLICT, error, message);
  }
}
