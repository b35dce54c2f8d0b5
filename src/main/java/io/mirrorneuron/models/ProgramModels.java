package io.mirrorneuron.models;

import io.mirrorneuron.config.ModelSettings;
import io.mirrorneuron.port.ModelsPort.ConfiguredModel;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Environment variables about language models for programs: {@code MN_LLM_…}, with {@code LITELLM_}
 * aliases. A program that names a model, or none where there is a default, gets the connection
 * settings. A program that names its own provider or address gets nothing it did not set. Keys are
 * never passed. Thread-safe.
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

  /** For each name, what it is called in full. */
  private static final List<List<String>> VARIABLES =
      NAMES.stream().map(name -> PREFIXES.stream().map(prefix -> prefix + name).toList()).toList();

  /** How readers of these variables call a model of the catalog. */
  private static final Map<String, Function<CatalogEntry, String>> NAMES_OF_MODELS =
      Map.of(MODEL, CatalogEntry::apiModel, RUNTIME_MODEL, CatalogEntry::dockerModel);

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
   * Variables that a program gets besides, and names of models that it has itself, where the
   * catalog knows them, as completions want them.
   *
   * @param present those that it gets anyway, with those of a {@link ConfiguredModel}
   */
  public Map<String, String> besides(Map<String, String> present) {
    Map<String, String> values = said(present);
    Map<String, Function<CatalogEntry, String>> names = Map.of();
    addConfigured(ConfiguredModel.of(present), values);
    String wanted =
        values.getOrDefault(RUNTIME_MODEL, values.getOrDefault(MODEL, settings.standard()));
    if (wanted.isEmpty() && values.isEmpty()) {
      return Map.of(); // it has nothing to do with models
    }
    ModelCatalog.Look known = catalog.look();
    if (!wanted.isEmpty() && !values.containsKey(API_BASE)) {
      CatalogEntry model = model(known, wanted, values.get(PROVIDER));
      if (model.provider().equals(values.getOrDefault(PROVIDER, model.provider()))) {
        facts(model).forEach(values::putIfAbsent);
        names = NAMES_OF_MODELS;
      }
    }
    Map<String, String> besides = new LinkedHashMap<>();
    for (Map.Entry<String, String> value : values.entrySet()) {
      Function<CatalogEntry, String> name = names.get(value.getKey());
      for (String prefix : PREFIXES) {
        String own = present.get(prefix + value.getKey());
        String reported = isOpen(own) ? value.getValue() : own;
        if (name != null) {
          reported = known.find(reported).map(name).orElse(reported);
        }
        if (!reported.equals(own)) {
          besides.put(prefix + value.getKey(), reported);
        }
      }
    }
    return besides;
  }

  /** What the blueprint says, for a program that names neither a model nor an address. */
  private static void addConfigured(ConfiguredModel configured, Map<String, String> values) {
    boolean isNamed = Stream.of(MODEL, RUNTIME_MODEL, API_BASE).anyMatch(values::containsKey);
    if (configured == null || isNamed) {
      return;
    }
    String provider = values.getOrDefault(PROVIDER, configured.provider());
    if (configured.provider() == null || configured.provider().equals(provider)) {
      values.put(MODEL, configured.model());
      put(values, PROVIDER, configured.provider());
      put(values, API_BASE, configured.apiBase());
    }
  }

  private static void put(Map<String, String> values, String name, String value) {
    if (!isOpen(value)) {
      values.put(name, value);
    }
  }

  /** What the program says itself, by either name. */
  private static Map<String, String> said(Map<String, String> present) {
    Map<String, String> values = new LinkedHashMap<>();
    for (int i = 0; i < NAMES.size(); i++) {
      for (String variable : VARIABLES.get(i)) {
        String value = present.get(variable);
        if (!isOpen(value)) {
          values.putIfAbsent(NAMES.get(i), value);
        }
      }
    }
    return values;
  }

  private static boolean isOpen(String value) {
    return value == null || value.isBlank() || value.strip().equalsIgnoreCase(AUTO);
  }

  private CatalogEntry model(ModelCatalog.Look known, String wanted, String provider) {
    return known
        .find(wanted)
        .orElseGet(
            () ->
                settings.endpoint().isSet()
                        && !wanted.startsWith(OF_RUNNER)
                        && !CatalogEntry.RUNNER.equals(provider)
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
