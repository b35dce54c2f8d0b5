package io.mirrorneuron.wire;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.Constructor;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/**
 * Reads records from JSON of foreign origin: another runtime, an older version, a program. Names
 * are those of {@link Json#MAPPER}. Values that do not fit count as missing, and nothing fails: a
 * component is then null, 0, false, or an empty list or map, and an element of a list or map is
 * left out. Null, a blank text and a member of another type do not fit; only {@code int}, {@code
 * long}, {@code double} and {@code boolean} also accept texts. Trees are not copied and other
 * members are not visited, so reading a few members of a large document is cheap.
 */
public final class LenientJson {
  private static final SnakeCaseStrategy NAMES = new SnakeCaseStrategy();

  private static final ClassValue<Form> FORMS =
      new ClassValue<>() {
        @Override
        protected Form computeValue(Class<?> type) {
          return Form.of(type);
        }
      };

  private LenientJson() {}

  /** For anything but an object, a record with all components missing. */
  public static <T> T read(JsonNode json, Class<T> type) {
    return type.cast(FORMS.get(type).read(json));
  }

  /**
   * @param reading returns null for a value that does not fit, unless there is a default
   * @param unreported the value of a missing member
   */
  private record Member(String name, Function<JsonNode, Object> reading, Object unreported) {}

  private record Form(Constructor<?> constructor, List<Member> members) {

    static Form of(Class<?> type) {
      RecordComponent[] components = type.getRecordComponents();
      try {
        Constructor<?> canonical =
            type.getDeclaredConstructor(
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
        canonical.setAccessible(true);
        return new Form(canonical, Arrays.stream(components).map(Form::member).toList());
      } catch (NoSuchMethodException e) {
        throw new IllegalStateException("each record has its canonical constructor", e);
      }
    }

    private static Member member(RecordComponent component) {
      JsonProperty named = component.getAccessor().getAnnotation(JsonProperty.class);
      Function<JsonNode, Object> reading = reading(component.getGenericType());
      return new Member(
          named == null ? NAMES.translate(component.getName()) : named.value(),
          reading,
          reading.apply(MissingNode.getInstance()));
    }

    Object read(JsonNode json) {
      Object[] reported = new Object[members.size()];
      for (int i = 0; i < reported.length; i++) {
        Member member = members.get(i);
        JsonNode value = json.get(member.name);
        reported[i] = value == null ? member.unreported : member.reading.apply(value);
      }
      try {
        return constructor.newInstance(reported);
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(constructor + " refuses what is told", e);
      }
    }
  }

  private static Function<JsonNode, Object> reading(Type type) {
    return switch (type) {
      case ParameterizedType list when list.getRawType() == List.class -> {
        Function<JsonNode, Object> element = reading(list.getActualTypeArguments()[0]);
        yield json -> list(json, element);
      }
      case ParameterizedType map when map.getRawType() == Map.class -> {
        Function<JsonNode, Object> value = reading(map.getActualTypeArguments()[1]);
        yield json -> map(json, value);
      }
      case Class<?> nested when nested.isRecord() ->
          json -> json.isObject() ? FORMS.get(nested).read(json) : null;
      case Class<?> plain when plain == String.class -> LenientJson::text;
      case Class<?> plain when plain == Long.class ->
          json -> json.isNumber() ? json.asLong() : null;
      case Class<?> plain when plain == Integer.class -> json -> json.isInt() ? json.asInt() : null;
      case Class<?> plain when plain == JsonNode.class ->
          json -> json.isMissingNode() || json.isNull() ? null : json;
      case Class<?> plain when plain == ObjectNode.class -> json -> json.isObject() ? json : null;
      case Class<?> plain when plain == Object.class -> LenientJson::plain;
      case Class<?> plain when plain == Boolean.class ->
          json -> json.isBoolean() ? json.asBoolean() : null;
      case Class<?> plain when plain == int.class -> JsonNode::asInt;
      case Class<?> plain when plain == long.class -> JsonNode::asLong;
      case Class<?> plain when plain == double.class -> JsonNode::asDouble;
      case Class<?> plain when plain == boolean.class -> JsonNode::asBoolean;
      default -> throw new IllegalStateException("no component of a lenient record: " + type);
    };
  }

  /** As a text, number, boolean, list or map. */
  private static Object plain(JsonNode json) {
    return json.isMissingNode() ? null : Json.MAPPER.convertValue(json, Object.class);
  }

  private static String text(JsonNode json) {
    String text = json.textValue();
    return text == null || text.isBlank() ? null : text;
  }

  private static List<Object> list(JsonNode json, Function<JsonNode, Object> element) {
    return json.isArray()
        ? Json.elements(json).map(element).filter(Objects::nonNull).toList()
        : List.of();
  }

  private static Map<String, Object> map(JsonNode json, Function<JsonNode, Object> value) {
    if (!json.isObject()) {
      return Map.of();
    }
    Map<String, Object> map = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> member : json.properties()) {
      Object reported = value.apply(member.getValue());
      if (reported != null) {
        map.put(member.getKey(), reported);
      }
    }
    return Collections.unmodifiableMap(map);
  }
}
