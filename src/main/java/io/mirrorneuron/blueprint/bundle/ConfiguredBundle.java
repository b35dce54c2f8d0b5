package io.mirrorneuron.blueprint.bundle;

import io.mirrorneuron.blueprint.bundle.BlueprintForm.FormAnswers;
import io.mirrorneuron.blueprint.bundle.BundleOrigin.RunIdentity;
import io.mirrorneuron.bundle.InputValues;
import io.mirrorneuron.bundle.SkippedChecks;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.ModelsPort.ConfiguredModel;
import io.mirrorneuron.port.ModelsPort.ModelNeed;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.NamedInputs;
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
 * A bundle with the configuration and answers of a launch, read once: later changes in its folder
 * have no effect, except on its payload files.
 *
 * @param config with all layers of the launch
 * @param scenario its {@code scenario.json}; null when it has none
 * @param inputs values given to inputs of the manifest, by name
 * @param environment variables for all its programs
 * @param storage the manifest's entry for the folder of its submission; empty for none
 */
public record ConfiguredBundle(
    BlueprintBundle bundle,
    BundleConfig config,
    Map<String, Object> scenario,
    Map<String, Object> inputs,
    Map<String, String> environment,
    Map<String, Object> storage) {

  /**
   * @param request what the launch lays over the configuration
   * @param answers the body's {@code inputs}: to inputs of the manifest by name, to fields of its
   *     configuration by path
   * @throws MnException as {@link BundleConfig} when the configuration or the scenario cannot be
   *     read; INVALID with all answers that do not fit
   */
  public static ConfiguredBundle of(
      BlueprintBundle bundle, Map<String, Object> request, Map<String, Object> answers) {
    CheckedBundle found = CheckedBundle.of(bundle, request, answers);
    if (!found.refusals().isEmpty()) {
      throw found.refusals().getFirst();
    }
    return found.bundle();
  }

  /**
   * The same before anybody has answered; nothing is required of it.
   *
   * @throws MnException as {@link BundleConfig}
   */
  public static ConfiguredBundle unanswered(BlueprintBundle bundle, Map<String, Object> request) {
    BundleConfig config = BundleConfig.of(bundle, request);
    return of(bundle, config, BlueprintQuestions.of(bundle, config).defaults());
  }

  private static ConfiguredBundle of(
      BlueprintBundle bundle, BundleConfig config, FormAnswers reported) {
    return new ConfiguredBundle(
        bundle,
        config.with(reported.config()),
        bundle.scenario().orElse(null),
        reported.inputs(),
        Map.of(),
        Map.of());
  }

  /**
   * The same with what its hook says.
   *
   * @param more laid over the configuration
   * @throws MnException TOO_LARGE, INVALID
   */
  public ConfiguredBundle reported(Map<String, Object> more, Map<String, String> variables) {
    return new ConfiguredBundle(bundle, config.with(more), scenario, inputs, variables, storage);
  }

  /**
   * The same with its folders where its programs will find them.
   *
   * @param all the whole configuration
   */
  public ConfiguredBundle placed(Map<String, Object> all, Map<String, Object> submission) {
    return new ConfiguredBundle(
        bundle, config.placed(all), scenario, inputs, environment, submission);
  }

  /** Members of the request that were probably misspelt. */
  public List<MisspeltMember> misspelt() {
    return MisspeltMember.in(bundle, config);
  }

  /** What can be asked before a launch. */
  public static BlueprintForm form(BlueprintBundle bundle) {
    return form(bundle, Map.of());
  }

  /**
   * The same beside what the launch lays over the configuration.
   *
   * @throws MnException as {@link BundleConfig}
   */
  public static BlueprintForm form(BlueprintBundle bundle, Map<String, Object> request) {
    return BlueprintQuestions.of(bundle, BundleConfig.of(bundle, request)).form();
  }

  /**
   * The manifest to be submitted, as JSON.
   *
   * @param force notes that checks are left out
   * @throws MnException INVALID when the request names inputs that the manifest does not declare;
   *     MALFORMED, of the catalog INTERNAL, when the author's {@code metadata} is no object
   */
  public String manifest(RunIdentity identity, boolean force) {
    return PreparedManifest.of(this, identity, force);
  }

  /**
   * The models that it needs, each once, with where the blueprint says so.
   *
   * @param isKnown whether the catalog of models has one of this name
   * @param force whether a model is to be installed where it does not fit
   */
  public List<ModelNeed> models(Predicate<String> isKnown, boolean force) {
    return new NeededModels(isKnown, force).of(bundle, config);
  }

  /**
   * The manifest that a launch submits: the author's, with who it is in {@code metadata}, where the
   * runtime also finds what programs are told of the launch. Whatever form the author chose, the
   * rest stays as it is.
   */
  private static final class PreparedManifest {
    private PreparedManifest() {}

    static String of(ConfiguredBundle launch, RunIdentity identity, boolean force) {
      BlueprintBundle bundle = launch.bundle();
      var manifest = bundle.manifest().tree().deepCopy();
      var given = manifest.get("metadata");
      if (given != null && !given.isNull() && !given.isObject()) {
        throw bundle
            .origin()
            .refusal(
                "%s%s: metadata must be an object"
                    .formatted(bundle.origin().what(), bundle.manifest().name()),
                null);
      }
      var metadata =
          given == null || given.isNull()
              ? manifest.putObject("metadata")
              : manifest.withObject("/metadata");
      facts(identity).forEach(metadata::put);
      var noted = metadata.get("mn_cli");
      var cli =
          noted != null && noted.isObject()
              ? metadata.withObject("/mn_cli")
              : metadata.putObject("mn_cli");
      named(identity).forEach(cli::put);
      reported(launch).forEach((name, value) -> metadata.set(name, Json.MAPPER.valueToTree(value)));
      if (manifest.has("run_id")) {
        manifest.put("run_id", identity.runId());
      }
      String text = InputValues.into(Json.write(manifest), manifest, values(launch));
      return force ? SkippedChecks.into(text) : text;
    }

    /** What the runtime and programs are told of the launch; nothing that is empty. */
    private static Map<String, Map<String, ?>> reported(ConfiguredBundle launch) {
      Map<String, Map<String, ?>> reported = new LinkedHashMap<>();
      reported.put("blueprint_config", launch.config().merged());
      reported.put("blueprint_environment", environment(launch));
      reported.put("mn_storage", launch.storage());
      reported.values().removeIf(Map::isEmpty);
      if (launch.scenario() != null) {
        reported.put("blueprint_scenario", launch.scenario());
      }
      return reported;
    }

    /** The model that the configuration names, and over it what a hook has set. */
    private static Map<String, String> environment(ConfiguredBundle launch) {
      ConfiguredModel model = NeededModels.ofPrograms(launch.config());
      Map<String, String> variables = new LinkedHashMap<>();
      if (model != null) {
        variables.putAll(model.variables());
      }
      variables.putAll(launch.environment());
      return variables;
    }

    private static Map<String, String> named(RunIdentity identity) {
      Map<String, String> named = new LinkedHashMap<>();
      named.put("blueprint_id", identity.blueprintId());
      named.put("blueprint_run_id", identity.runId());
      if (DottedPath.text(identity.revision()) != null) {
        named.put("blueprint_revision", identity.revision());
      }
      return named;
    }

    private static Map<String, String> facts(RunIdentity identity) {
      Map<String, String> facts = named(identity);
      facts.put("run_id", identity.runId());
      return facts;
    }

    /**
     * What inputs get: from {@code inputs} of the configuration, from a member of the request that
     * is called like one, from the answers. What the request says of inputs that nobody declares is
     * refused where there are any.
     */
    private static Map<String, Object> values(ConfiguredBundle launch) {
      Map<String, Object> declared =
          DottedPath.object(launch.bundle().facts().get(NamedInputs.MEMBER));
      BundleConfig config = launch.config();
      Map<String, Object> values = new LinkedHashMap<>();
      if (!declared.isEmpty()) {
        Map<String, Object> ofBundle = DottedPath.object(config.files().get(NamedInputs.MEMBER));
        DottedPath.object(config.merged().get(NamedInputs.MEMBER))
            .forEach(
                (name, value) -> {
                  if (declared.containsKey(name) || !ofBundle.containsKey(name)) {
                    values.put(name, value);
                  }
                });
        config
            .request()
            .forEach(
                (name, value) -> {
                  if (declared.containsKey(name) && !config.files().containsKey(name)) {
                    values.put(name, value);
                  }
                });
      }
      values.putAll(launch.inputs());
      return values;
    }
  }

  /**
   * The models that a launch needs: those that its configuration names in {@code llm.configs.*}, or
   * in {@code llm}, and those of {@code runtime.models} of its manifest. Models of other providers
   * than those below are reached over the network, and nobody has to have them.
   *
   * @param isKnown whether the catalog of models has one of this name: it counts without a provider
   * @param force whether a model is to be installed where it does not fit
   */
  private record NeededModels(Predicate<String> isKnown, boolean force) {
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

    private Stream<ModelNeed> configured(String path, Map<String, Object> reported) {
      String model = first(reported, "runtime_model", "model");
      if (isOff(reported) || model == null) {
        return Stream.empty();
      }
      String provider = provider(reported);
      if (provider == null && reported.get("runtime_model") instanceof String) {
        return Stream.of(need(model, RUNNER, path, reported));
      }
      boolean isOpen = isOpen(reported) && (isForPrograms(path, reported) || isKnown.test(model));
      return provider != null || isOpen
          ? Stream.of(need(model, provider, path, reported))
          : Stream.empty();
    }

    /** Of those that somebody must have; null for others, and when none is named. */
    private static String provider(Map<String, Object> reported) {
      String named = first(reported, "provider", "mode");
      return named == null ? null : PROVIDERS.get(word(named));
    }

    private static boolean isOpen(Map<String, Object> reported) {
      String named = first(reported, "provider", "mode");
      return named == null || word(named).equals("auto");
    }

    /** Whether programs are told this one, and this server has to say where it answers. */
    private static boolean isForPrograms(String path, Map<String, Object> reported) {
      return path.equals(PRIMARY) && address(reported) == null;
    }

    private static String address(Map<String, Object> reported) {
      return first(reported, "api_base", "base_url");
    }

    /**
     * The model that programs are told: that of {@code llm.configs.primary}, or of {@code llm}
     * where there are no configurations; null when there is none.
     */
    static ConfiguredModel ofPrograms(BundleConfig config) {
      Map<String, Object> llm = DottedPath.object(config.value("llm"));
      Map<String, Object> reported =
          DottedPath.object(llm.get("configs")).isEmpty()
              ? llm
              : DottedPath.object(config.value(PRIMARY));
      String model = first(reported, "runtime_model", "model");
      if (isOff(llm) || isOff(reported) || model == null) {
        return null;
      }
      String provider = provider(reported);
      if (provider == null && reported.get("runtime_model") instanceof String) {
        provider = RUNNER;
      } else if (provider == null && !isOpen(reported)) {
        provider = first(reported, "provider", "mode");
      }
      return new ConfiguredModel(model, provider, address(reported));
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

    private ModelNeed declared(String path, Object reported) {
      Map<String, Object> members =
          reported instanceof String model ? Map.of("model", model) : DottedPath.object(reported);
      String model = first(members, "runtime_model", "model", "id", "name");
      String named = first(members, "provider");
      if (model == null || isOff(members)) {
        return null;
      }
      String provider = named == null ? null : PROVIDERS.getOrDefault(word(named), named);
      return need(model, provider, path, members);
    }

    private ModelNeed need(
        String model, String provider, String path, Map<String, Object> reported) {
      boolean isElsewhere = Boolean.TRUE.equals(reported.get("cluster_provided"));
      return new ModelNeed(model, provider, path, isElsewhere, force);
    }

    private static String first(Map<String, Object> reported, String... names) {
      return Stream.of(names)
          .map(name -> DottedPath.text(reported.get(name)))
          .filter(Objects::nonNull)
          .findFirst()
          .orElse(null);
    }
  }
}
