package io.mirrorneuron.blueprint.bundle;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What {@code init_config_review} of a manifest wants to be asked: places of the configuration,
 * with what counts there now. Members of a field that are not known are for other programs.
 */
final class ReviewFields {
  private static final List<String> PLACES =
      List.of("init_config_review.fields", "metadata.init_config_review.fields");

  private static final Set<String> TYPES =
      Set.of("string", "integer", "number", "boolean", "array", "object");

  private ReviewFields() {}

  static List<AskedField> of(BlueprintBundle bundle, BundleConfig config) {
    Object written =
        PLACES.stream()
            .map(place -> DottedPath.of(place).in(bundle.facts()))
            .filter(Objects::nonNull)
            .findFirst()
            .orElse(List.of());
    List<AskedField> fields = new ArrayList<>();
    if (written instanceof List<?> list) {
      for (Object one : list) {
        Map<String, Object> field =
            one instanceof String path ? Map.of("path", path) : DottedPath.object(one);
        String path = DottedPath.text(field.get("path"));
        if (path != null) {
          fields.add(field(path.strip(), field, config));
        }
      }
    }
    return fields;
  }

  private static AskedField field(String name, Map<String, Object> field, BundleConfig config) {
    DottedPath path = DottedPath.of(name);
    Object now = path.in(config.merged());
    Object value = now == null ? field.get("default") : now;
    Object own = path.in(config.files());
    Map<String, Object> schema = schema(field, own == null ? field.get("default") : own);
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put(
        "title",
        text(field, "label", "title")
            .findFirst()
            .orElse(InputFields.title(path.names().getLast())));
    text(field, "description", "help").findFirst().ifPresent(it -> shown.put("description", it));
    shown.putAll(schema);
    examples(field).ifPresent(shown);
    return new AskedField(
        name,
        path,
        schema.isEmpty() ? null : schema,
        shown,
        value,
        Boolean.TRUE.equals(field.get("secret")),
        Boolean.TRUE.equals(field.get("required")));
  }

  /** What the field says of its values; of the kind, what the value says that is there. */
  private static Map<String, Object> schema(Map<String, Object> field, Object value) {
    Map<String, Object> schema = new LinkedHashMap<>(DottedPath.object(field.get("schema")));
    schema.remove("default");
    List<Object> choices = choices(field);
    if (!choices.isEmpty()) {
      schema.putIfAbsent("enum", choices);
    }
    if (schema.isEmpty()) {
      Object type = field.get("type") instanceof String word && TYPES.contains(word) ? word : null;
      Object kind = type == null ? AskedField.type(value) : type;
      if (kind != null) {
        schema.put("type", kind);
      }
      limit(field, schema, "minimum", "min");
      limit(field, schema, "maximum", "max");
    }
    return schema;
  }

  private static void limit(
      Map<String, Object> field, Map<String, Object> schema, String keyword, String other) {
    Stream.of(keyword, other)
        .map(field::get)
        .filter(Number.class::isInstance)
        .findFirst()
        .ifPresent(number -> schema.put(keyword, number));
  }

  private static List<Object> choices(Map<String, Object> field) {
    for (String name : List.of("enum", "options", "choices")) {
      if (field.get(name) instanceof List<?> list && !list.isEmpty()) {
        return list.stream()
            .<Object>map(one -> one instanceof Map<?, ?> choice ? choice.get("value") : one)
            .filter(Objects::nonNull)
            .toList();
      }
    }
    return List.of();
  }

  private static Examples examples(Map<String, Object> field) {
    if (field.get("examples") instanceof List<?> list) {
      return new Examples(list.stream().<Object>map(one -> one).filter(Objects::nonNull).toList());
    }
    return new Examples(
        Stream.of("example", "placeholder")
            .map(field::get)
            .filter(Objects::nonNull)
            .limit(1)
            .toList());
  }

  private record Examples(List<Object> values) {
    void ifPresent(Map<String, Object> shown) {
      if (!values.isEmpty()) {
        shown.put("examples", values);
      }
    }
  }

  private static Stream<String> text(Map<String, Object> field, String... names) {
    return Stream.of(names).map(field::get).map(DottedPath::text).filter(Objects::nonNull);
  }
}
