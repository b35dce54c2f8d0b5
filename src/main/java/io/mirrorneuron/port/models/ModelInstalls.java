package io.mirrorneuron.port.models;

import java.util.List;

/**
 * What became of all models that a blueprint needs: {@code model_install} of the contract.
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
