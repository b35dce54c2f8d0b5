package io.mirrorneuron.blueprint.bundle;

import io.mirrorneuron.blueprint.bundle.BlueprintForm.FormAnswers;
import io.mirrorneuron.config.NearestMatch;
import io.mirrorneuron.wire.Fault;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What can be asked before a launch: the inputs of the manifest, then fields of the configuration.
 *
 * @param fields by name; an input goes before a field of the same name
 * @param reviewed the names of fields that are to be looked at before each launch, whether they
 *     have a value or not; with whether they must have one
 */
record BlueprintQuestions(
    BlueprintBundle bundle,
    BundleConfig config,
    Map<String, AskedField> fields,
    Map<String, Boolean> reviewed) {
  /** Of a property: {@code optional} or {@code required}. */
  private static final String REVIEW = "x-review";

  private static final String BODY = "body";
  private static final String MEMBER = "inputs";

  /** Where a fault of the configuration is, as {@code LaunchReports} reads it. */
  private static final String CONFIG = "config";

  static BlueprintQuestions of(BlueprintBundle bundle, BundleConfig config) {
    Map<String, AskedField> fields = new LinkedHashMap<>();
    InputFields.of(bundle, config).forEach(field -> fields.putIfAbsent(field.name(), field));
    Map<String, Boolean> reviewed = new LinkedHashMap<>();
    for (AskedField field : ReviewFields.of(bundle, config)) {
      fields.putIfAbsent(field.name(), field);
      reviewed.put(field.name(), field.isRequired());
    }
    return new BlueprintQuestions(bundle, config, fields, reviewed);
  }

  BlueprintForm form() {
    Map<String, Map<String, Object>> properties = new LinkedHashMap<>();
    fields.forEach((name, field) -> properties.put(name, field.property()));
    reviewed.forEach(
        (name, required) -> properties.get(name).put(REVIEW, required ? "required" : "optional"));
    return new BlueprintForm(
        "object",
        bundle.blueprint().name(),
        bundle.blueprint().description(),
        properties,
        fields.values().stream().filter(AskedField::isMissing).map(AskedField::name).toList(),
        false);
  }

  /** What counts without answers; what is missing stays so. */
  FormAnswers defaults() {
    return reported(Map.of());
  }

  /**
   * Fields of the configuration that nobody answered, and where it has nothing, get their default.
   *
   * @param faults is given every answer that does not fit, which is left out, every one that is
   *     missing, and every value of the configuration that does not fit its field
   */
  FormAnswers answers(Map<String, Object> given, List<Fault> faults) {
    Map<String, Object> fitting = new LinkedHashMap<>(given);
    for (AskedField field : fields.values()) {
      if (given.containsKey(field.name())) {
        List<Fault> unfit = field.faults(given.get(field.name()), place(field.name()));
        faults.addAll(unfit);
        if (!unfit.isEmpty()) {
          fitting.remove(field.name());
        }
      } else if (field.isMissing()) {
        faults.add(new Fault("missing", place(field.name()), "is required", null));
      } else if (field.path() != null && field.value() != null) {
        faults.addAll(field.faults(field.value(), place(field.path())));
      }
    }
    given.keySet().stream()
        .filter(name -> !fields.containsKey(name))
        .forEach(name -> faults.add(new Fault("unknown_input", place(name), unknown(name), null)));
    return reported(fitting);
  }

  private FormAnswers reported(Map<String, Object> given) {
    Map<String, Object> inputs = new LinkedHashMap<>();
    Map<String, Object> configured = Map.of();
    for (AskedField field : fields.values()) {
      boolean isAnswered = given.containsKey(field.name());
      Object value = isAnswered ? given.get(field.name()) : field.value();
      if (field.path() == null) {
        if (isAnswered) {
          inputs.put(field.name(), value);
        }
      } else if (isAnswered || value != null && field.path().in(config.merged()) == null) {
        configured = BundleConfig.merge(configured, field.path().with(value));
      }
    }
    return new FormAnswers(inputs, configured);
  }

  private static List<Object> place(String name) {
    return List.of(BODY, MEMBER, name);
  }

  private static List<Object> place(DottedPath path) {
    List<Object> place = new ArrayList<>(List.of(BODY, CONFIG));
    place.addAll(path.names());
    return place;
  }

  private String unknown(String name) {
    if (fields.isEmpty()) {
      return "is unknown; the blueprint asks for nothing";
    }
    return NearestMatch.of(name, fields.keySet())
        .map(near -> "is unknown; did you mean " + near + "?")
        .orElse("is unknown; the blueprint asks for " + String.join(", ", fields.keySet()));
  }
}
