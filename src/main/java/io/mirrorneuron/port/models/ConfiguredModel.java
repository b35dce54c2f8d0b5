package io.mirrorneuron.port.models;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The model that the configuration of a blueprint names for its programs. A launch hands it on in
 * variables, as the runtime that starts the programs may be elsewhere.
 *
 * @param model an id of the catalog, or a name
 * @param provider null for that of the catalog
 * @param apiBase where it answers; null where the server knows
 */
public record ConfiguredModel(String model, String provider, String apiBase) {
  private static final String MODEL = "MN_LLM_DEFAULT_MODEL";
  private static final String PROVIDER = "MN_LLM_DEFAULT_PROVIDER";
  private static final String API_BASE = "MN_LLM_DEFAULT_API_BASE";

  /** As variables of a program; what is null is left out. */
  public Map<String, String> variables() {
    Map<String, String> variables = new LinkedHashMap<>();
    variables.put(MODEL, model);
    variables.put(PROVIDER, provider);
    variables.put(API_BASE, apiBase);
    variables.values().removeIf(value -> value == null);
    return variables;
  }

  /** What the variables of a program say; null when they name no model. */
  public static ConfiguredModel of(Map<String, String> variables) {
    String model = variables.get(MODEL);
    return model == null || model.isBlank()
        ? null
        : new ConfiguredModel(model, variables.get(PROVIDER), variables.get(API_BASE));
  }
}
