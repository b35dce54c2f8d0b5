package io.mirrorneuron.models;

import io.mirrorneuron.config.ModelSettings;
import io.mirrorneuron.models.catalog.CatalogEntry;
import io.mirrorneuron.models.catalog.ModelCatalog;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What programs are told of language models: {@code MN_LLM_…} variables, with twins that begin with
 * {@code LITELLM_}. A program that names a model, or none where there is a default, is told how to
 * reach it. One that names its own provider or address is told nothing that it did not say. Keys
 * are never told. Thread-safe.
 */
public final class ProgramModels {
  private static final List<String> PREFIXES = List.of("MN_LLM_", "LITELLM_");
  private static final String PROVIDER = "PROVIDER";
  private static final String MODEL = "MODEL";
  private static final String RUNTIME_MODEL = "RUNTIME_MODEL";
  private static final String API_BASE = "API_BASE";
  private static final String BACKEND = "BACKEND";
  private static final List<String> NAMES =
      List.of(PROVIDER, MODEL, API_BASE, BACKEND, RUNTIME_MODEL);

  /** Stands for an address in manifests that leave it to the server. */
  private static final String AUTO = "auto";

  private static final String OF_RUNNER = "ai/";

  private final ModelSettings settings;
  private final ModelCatalog catalog;

  public ProgramModels(ModelSettings settings) {
    this.settings = settings;
    this.catalog = new ModelCatalog(settings.catalog());
  }

  /**
   * Variables that a program gets besides.
   *
   * @param present those that it gets anyway
   */
  public Map<String, String> besides(Map<String, String> present) {
    Map<String, String> values = said(present);
    String wanted =
        values.getOrDefault(RUNTIME_MODEL, values.getOrDefault(MODEL, settings.standard()));
    if (!wanted.isEmpty() && !values.containsKey(API_BASE)) {
      CatalogEntry model = model(wanted);
      if (model.provider().equals(values.getOrDefault(PROVIDER, model.provider()))) {
        facts(model).forEach(values::putIfAbsent);
      }
    }
    Map<String, String> besides = new LinkedHashMap<>();
    values.forEach(
        (name, value) ->
            PREFIXES.stream()
                .map(prefix -> prefix + name)
                .filter(variable -> isOpen(present.get(variable)))
                .forEach(variable -> besides.put(variable, value)));
    return besides;
  }

  /** What the program says itself, by either name. */
  private static Map<String, String> said(Map<String, String> present) {
    Map<String, String> values = new LinkedHashMap<>();
    for (String name : NAMES) {
      PREFIXES.stream()
          .map(prefix -> present.get(prefix + name))
          .filter(value -> !isOpen(value))
          .findFirst()
          .ifPresent(value -> values.put(name, value));
    }
    return values;
  }

  private static boolean isOpen(String value) {
    return value == null || value.isBlank() || value.strip().equalsIgnoreCase(AUTO);
  }

  private CatalogEntry model(String wanted) {
    return catalog
        .look()
        .find(wanted)
        .orElseGet(
            () ->
                settings.endpoint().isSet() && !wanted.startsWith(OF_RUNNER)
                    ? CatalogEntry.remote(wanted)
                    : CatalogEntry.strange(wanted));
  }

  private Map<String, String> facts(CatalogEntry model) {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put(PROVIDER, model.provider());
    facts.put(MODEL, model.apiModel());
    facts.put(RUNTIME_MODEL, model.dockerModel());
    facts.put(BACKEND, model.backend());
    if (model.isOfRunner() && !settings.runners().isEmpty()) {
      facts.put(API_BASE, settings.runners().getFirst() + "/engines/v1");
    } else if (model.provider().equals(CatalogEntry.ENDPOINT) && settings.endpoint().isSet()) {
      facts.put(API_BASE, settings.endpoint().base().toString());
    }
    return facts;
  }
}
