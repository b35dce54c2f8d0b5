package io.mirrorneuron.gateway.call;

import io.mirrorneuron.config.NearestMatch;
import io.mirrorneuron.gateway.answer.Refusal;
import io.mirrorneuron.wire.Fault;
import io.mirrorneuron.wire.SchemaCheck;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.JsonSchema;
import io.vertx.openapi.contract.RequestBody;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/** The compiled check of an operation's JSON body. */
public final class BodyCheck {
  private static final List<Object> BODY = List.of("body");
  private static final int LONGEST_NAME = 40;

  private final boolean required;
  private final SchemaCheck schema;
  private final Map<String, Scalars> scalars;
  private final Set<String> members;

  private BodyCheck(
      boolean required, SchemaCheck schema, Map<String, Scalars> scalars, Set<String> members) {
    this.required = required;
    this.schema = schema;
    this.scalars = scalars;
    this.members = members;
  }

  static BodyCheck of(RequestBody body, Schemas schemas) {
    JsonSchema schema = body.getContent().get("application/json").getSchema();
    Set<String> members =
        schema.get("properties") instanceof JsonObject properties
            ? Set.copyOf(properties.fieldNames())
            : Set.of();
    return new BodyCheck(body.isRequired(), schemas.compile(schema), scalars(schema), members);
  }

  /**
   * A missing content type counts as JSON, except from a browser's page: browsers send such bodies
   * to other sites without a preflight request. Without a body the type is ignored.
   */
  public static void mustBeJson(HttpServerRequest request) {
    if (Bodies.isAbsent(request)) {
      return;
    }
    String type = request.getHeader(HttpHeaders.CONTENT_TYPE);
    if (type == null && !request.headers().contains(HttpHeaders.ORIGIN)) {
      return;
    }
    String mediaType = type == null ? "" : type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    if (!mediaType.equals("application/json") && !mediaType.endsWith("+json")) {
      throw Refusal.mediaType("application/json");
    }
  }

  /** The body, its scalars converted to the declared types; null when there is none. */
  JsonObject read(Buffer bytes, List<Fault> faults) {
    if (bytes.length() == 0) {
      if (required) {
        faults.add(new Fault("missing", BODY, "is required", null));
      }
      return null;
    }
    Object value = StrictJson.read(bytes);
    if (!(value instanceof JsonObject body)) {
      faults.add(new Fault("model_attributes_type", BODY, "must be an object", null));
      return null;
    }
    scalars.forEach((name, kind) -> relax(body, name, kind));
    ContractErrorText.ofBody(
            schema.faults(body, BODY, null), String.join(", ", new TreeSet<>(members)))
        .forEach(fault -> faults.add(explained(fault, body)));
    return body;
  }

  /** Suggests a misspelt member as the cause of a missing one. */
  private Fault explained(Fault fault, JsonObject body) {
    if (!fault.type().equals("missing") || !fault.loc().equals(BODY)) {
      return fault;
    }
    return body.fieldNames().stream()
        .filter(name -> !members.contains(name) && name.length() <= LONGEST_NAME)
        .filter(name -> NearestMatch.of(name, members).filter(lacks(fault)).isPresent())
        .findFirst()
        .map(name -> "%s; did you mean it by \"%s\"?".formatted(fault.msg(), name))
        .map(said -> new Fault(fault.type(), fault.loc(), said, fault.input()))
        .orElse(fault);
  }

  private static Predicate<String> lacks(Fault fault) {
    return member -> fault.msg().contains("\"" + member + "\"");
  }

  private static void relax(JsonObject body, String name, Scalars kind) {
    Object value = body.getValue(name);
    boolean integral = kind == Scalars.INTEGER && value instanceof Double;
    boolean switched = kind == Scalars.BOOLEAN && value instanceof Integer;
    if (value instanceof String || integral || switched) {
      Object read = kind.read(String.valueOf(value));
      if (read != null) {
        body.put(name, read);
      }
    }
  }

  /** Direct members that are numbers or booleans, possibly nullable. */
  private static Map<String, Scalars> scalars(JsonSchema schema) {
    Map<String, Scalars> scalars = new LinkedHashMap<>();
    if (schema.get("properties") instanceof JsonObject properties) {
      for (String name : properties.fieldNames()) {
        Scalars kind = kind(properties.getJsonObject(name).getValue("type"));
        if (kind != null && kind != Scalars.TEXT) {
          scalars.put(name, kind);
        }
      }
    }
    return scalars;
  }

  private static Scalars kind(Object type) {
    return switch (type) {
      case String word -> Scalars.of(word);
      case JsonArray words when words.size() == 2 && words.contains("null") ->
          Scalars.of(words.getString("null".equals(words.getString(0)) ? 1 : 0));
      case null, default -> null;
    };
  }
}
