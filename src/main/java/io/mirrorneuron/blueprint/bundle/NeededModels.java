package io.mirrorneuron.blueprint.bundle;

import io.mirrorneuron.port.models.ConfiguredModel;
import io.mirrorneuron.port.models.ModelNeed;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The models that a launch needs: those that its configuration names in {@code llm.configs.*}, or
 * in {@code llm}, and those of {@code runtime.models} of its manifest. Models of other providers
 * than those below are reached over the network, and nobody has to have them.
 *
 * @param isKnown whether the catalog of models has one of this name: it counts without a provider
 * @param force whether a model is to be installed where it does not fit
 */
record NeededModels(Predicate<String> isKnown, boolean force) {
  private static final String RUNNER = "docker_model_runner";
  private static final String PRIMARY = "llm.configs.primary";

  /** What providers are called, in small letters with {@code _} between words. */
  private static final Map<String, String> PROVIDERS =
      Map.of(
          RUNNER,
          RUNNER,
          "docker_model",
          RUNNER,
          "docker",
          RUNNER,
          "model_runner",
          RUNNER,
          "dmr",
          RUNNER,
          "ollama",
          "ollama",
          "nvidia",
          "nvidia",
          "nvidia_nim",
          "nvidia",
          "nim",
          "nvidia");

  List<ModelNeed> of(BlueprintBundle bundle, BundleConfig config) {
    Map<String, ModelNeed> needs = new LinkedHashMap<>();
    Stream.concat(configured(config), declared(bundle))
        .forEach(need -> needs.putIfAbsent(need.model() + "\n" + need.provider(), need));
    return List.copyOf(needs.values());
  }

  private Stream<ModelNeed> configured(BundleConfig config) {
    Map<String, Object> llm = DottedPath.object(config.value("llm"));
    if (isOff(llm)) {
      return Stream.empty();
    }
    Map<String, Object> configs = DottedPath.object(llm.get("configs"));
    if (configs.isEmpty()) {
      return configured("llm", llm);
    }
    return configs.entrySet().stream()
        .flatMap(
            one -> configured("llm.configs." + one.getKey(), DottedPath.object(one.getValue())));
  }

  private static boolean isOff(Map<String, Object> member) {
    return Boolean.FALSE.equals(member.get("enabled"));
  }

  private Stream<ModelNeed> configured(String path, Map<String, Object> told) {
    String model = first(told, "runtime_model", "model");
    if (isOff(told) || model == null) {
      return Stream.empty();
    }
    String provider = provider(told);
    if (provider == null && told.get("runtime_model") instanceof String) {
      return Stream.of(need(model, RUNNER, path, told));
    }
    boolean isOpen = isOpen(told) && (isForPrograms(path, told) || isKnown.test(model));
    return provider != null || isOpen
        ? Stream.of(need(model, provider, path, told))
        : Stream.empty();
  }

  /** Of those that somebody must have; null for others, and when none is named. */
  private static String provider(Map<String, Object> told) {
    String named = first(told, "provider", "mode");
    return named == null ? null : PROVIDERS.get(word(named));
  }

  private static boolean isOpen(Map<String, Object> told) {
    String named = first(told, "provider", "mode");
    return named == null || word(named).equals("auto");
  }

  /** Whether programs are told this one, and this server has to say where it answers. */
  private static boolean isForPrograms(String path, Map<String, Object> told) {
    return path.equals(PRIMARY) && address(told) == null;
  }

  private static String address(Map<String, Object> told) {
    return first(told, "api_base", "base_url");
  }

  /**
   * The model that programs are told: that of {@code llm.configs.primary}, or of {@code llm} where
   * there are no configurations; null when there is none.
   */
  static ConfiguredModel ofPrograms(BundleConfig config) {
    Map<String, Object> llm = DottedPath.object(config.value("llm"));
    Map<String, Object> told =
        DottedPath.object(llm.get("configs")).isEmpty()
            ? llm
            : DottedPath.object(config.value(PRIMARY));
    String model = first(told, "runtime_model", "model");
    if (isOff(llm) || isOff(told) || model == null) {
      return null;
    }
    String provider = provider(told);
    if (provider == null && told.get("runtime_model") instanceof String) {
      provider = RUNNER;
    } else if (provider == null && !isOpen(told)) {
      provider = first(told, "provider", "mode");
    }
    return new ConfiguredModel(model, provider, address(told));
  }

  private static String word(String name) {
    return name.strip().toLowerCase(Locale.ROOT).replaceAll("[\\s-]+", "_");
  }

  /** By name or as a list, each an object or the name of the model. */
  private Stream<ModelNeed> declared(BlueprintBundle bundle) {
    Object models = DottedPath.of("runtime.models").in(bundle.facts());
    List<ModelNeed> needs = new ArrayList<>();
    if (models instanceof List<?> list) {
      IntStream.range(0, list.size())
          .mapToObj(i -> declared("runtime.models." + i, list.get(i)))
          .filter(Objects::nonNull)
          .forEach(needs::add);
    } else {
      DottedPath.object(models).entrySet().stream()
          .map(one -> declared("runtime.models." + one.getKey(), one.getValue()))
          .filter(Objects::nonNull)
          .forEach(needs::add);
    }
    return needs.stream();
  }

  private ModelNeed declared(String path, Object told) {
    Map<String, Object> members =
        told instanceof String model ? Map.of("model", model) : DottedPath.object(told);
    String model = first(members, "runtime_model", "model", "id", "name");
    String named = first(members, "provider");
    if (model == null || isOff(members)) {
      return null;
    }
    String provider = named == null ? null : PROVIDERS.getOrDefault(word(named), named);
    return need(model, provider, path, members);
  }

  private ModelNeed need(String model, String provider, String path, Map<String, Object> told) {
    boolean isElsewhere = Boolean.TRUE.equals(told.get("cluster_provided"));
    return new ModelNeed(model, provider, path, isElsewhere, force);
  }

  private static String first(Map<String, Object> told, String... names) {
    return Stream.of(names)
        .map(name -> DottedPath.text(told.get(name)))
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(null);
  }
}
