package io.mirrorneuron.blueprint.bundle;

import io.mirrorneuron.wire.NamedInputs;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The inputs that a manifest declares, as they are asked for. */
final class InputFields {
  /** Any of them says which kind of value there may be. */
  private static final List<String> KINDS =
      List.of("type", "enum", "const", "$ref", "anyOf", "oneOf", "allOf");

  private InputFields() {}

  static List<AskedField> of(BlueprintBundle bundle, BundleConfig config) {
    Map<String, Object> given = DottedPath.object(config.merged().get(NamedInputs.MEMBER));
    List<AskedField> fields = new ArrayList<>();
    DottedPath.object(bundle.facts().get(NamedInputs.MEMBER))
        .forEach(
            (name, written) -> {
              Map<String, Object> declared =
                  written instanceof Map<?, ?> || written == null
                      ? DottedPath.object(written)
                      : Map.of(NamedInputs.DEFAULT, written); // it stands for itself
              Object own = declared.get(NamedInputs.VALUE);
              Object value = own == null ? declared.get(NamedInputs.DEFAULT) : own;
              if (given.containsKey(name)) {
                value = given.get(name);
              } else if (config.request().containsKey(name) && !config.files().containsKey(name)) {
                value = config.request().get(name);
              }
              fields.add(field(name, declared, value));
            });
    return fields;
  }

  private static AskedField field(String name, Map<String, Object> declared, Object value) {
    Map<String, Object> schema = DottedPath.object(declared.get("schema"));
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("title", title(name));
    shown.putAll(schema);
    shown.remove("default");
    if (DottedPath.text(declared.get("description")) != null) {
      shown.put("description", declared.get("description"));
    }
    String type = AskedField.type(value);
    if (type != null && KINDS.stream().noneMatch(schema::containsKey)) {
      shown.put("type", type);
    }
    if (refersToItself(schema)) {
      shown.putIfAbsent(
          "$id", "urn:mirrorneuron:input:" + URLEncoder.encode(name, StandardCharsets.UTF_8));
    }
    boolean isSecret = Boolean.TRUE.equals(schema.get("writeOnly"));
    boolean isOpen =
        !declared.containsKey(NamedInputs.DEFAULT) && !declared.containsKey(NamedInputs.VALUE);
    return new AskedField(
        name, null, schema.isEmpty() ? null : schema, shown, value, isSecret, isOpen);
  }

  /** Its references begin at its own root, wherever it stands. */
  private static boolean refersToItself(Object schema) {
    return switch (schema) {
      case Map<?, ?> map ->
          map.containsKey("$ref") || map.values().stream().anyMatch(InputFields::refersToItself);
      case List<?> list -> list.stream().anyMatch(InputFields::refersToItself);
      case null, default -> false;
    };
  }

  /** The name as people write it: {@code max_tokens} becomes {@code Max tokens}. */
  static String title(String name) {
    String words = name.replaceAll("[_-]+", " ").strip();
    return words.isEmpty()
        ? name
        : words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
  }
}
