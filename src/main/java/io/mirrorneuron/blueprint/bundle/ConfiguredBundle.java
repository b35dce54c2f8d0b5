package io.mirrorneuron.blueprint.bundle;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.models.ModelNeed;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * A bundle with what a launch wants of it, read once: what is changed in its folder later makes no
 * difference, except to its payload files.
 *
 * @param config with all that the launch says
 * @param scenario what its {@code scenario.json} says; null when it has none
 * @param inputs values that were given to inputs of the manifest by name
 * @param environment variables for all its programs
 * @param storage what the manifest says of the folder of its submission; empty for nothing
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
    FittingBundle found = FittingBundle.of(bundle, request, answers);
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
      BlueprintBundle bundle, BundleConfig config, FormAnswers told) {
    return new ConfiguredBundle(
        bundle,
        config.with(told.config()),
        bundle.scenario().orElse(null),
        told.inputs(),
        Map.of(),
        Map.of());
  }

  /**
   * The same with what its hook says.
   *
   * @param more laid over the configuration
   * @throws MnException TOO_LARGE, INVALID
   */
  public ConfiguredBundle told(Map<String, Object> more, Map<String, String> variables) {
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
}
