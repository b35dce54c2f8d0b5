package io.mirrorneuron.blueprint.bundle;

import io.mirrorneuron.blueprint.bundle.BlueprintForm.FormAnswers;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.Fault;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A bundle with the valid part of a launch's configuration and answers, so that a check reports all
 * faults at once. Only a bundle without refusals may be launched.
 *
 * @param bundle without the refused parts
 * @param refusals of the configuration, of the scenario, of answers; each with all its faults
 */
public record CheckedBundle(ConfiguredBundle bundle, List<MnException> refusals) {
  private static final BundleConfig NOTHING = new BundleConfig(Map.of(), Map.of(), Map.of());

  /** The same as {@link ConfiguredBundle#of}. */
  public static CheckedBundle of(
      BlueprintBundle bundle, Map<String, Object> request, Map<String, Object> answers) {
    List<MnException> refusals = new ArrayList<>();
    BundleConfig files = orElse(NOTHING, () -> BundleConfig.of(bundle, Map.of()), refusals);
    boolean isReadable = refusals.isEmpty();
    BundleConfig asked = orElse(files, () -> files.with(request), refusals);
    List<Fault> faults = new ArrayList<>();
    FormAnswers reported = BlueprintQuestions.of(bundle, asked).answers(answers, faults);
    if (isReadable && !faults.isEmpty()) { // else it may be the configuration that answers
      refusals.add(Fault.refusal(faults));
    }
    BundleConfig config = orElse(asked, () -> asked.with(reported.config()), refusals);
    Map<String, Object> scenario = orElse(null, () -> bundle.scenario().orElse(null), refusals);
    return new CheckedBundle(
        new ConfiguredBundle(bundle, config, scenario, reported.inputs(), Map.of(), Map.of()),
        List.copyOf(refusals));
  }

  /**
   * The same without what the request says of inputs by name.
   *
   * @param request what the launch lays over the configuration
   */
  public static ConfiguredBundle withoutNamedInputs(
      BlueprintBundle bundle, Map<String, Object> request, Map<String, Object> answers) {
    Map<String, Object> rest = new HashMap<>(request);
    rest.remove("inputs");
    return of(bundle, rest, answers).bundle();
  }

  private static <T> T orElse(T otherwise, Supplier<T> found, List<MnException> refusals) {
    try {
      return found.get();
    } catch (MnException e) {
      refusals.add(e);
      return otherwise;
    }
  }
}
