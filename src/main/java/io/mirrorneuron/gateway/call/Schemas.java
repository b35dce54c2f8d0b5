package io.mirrorneuron.gateway.call;

import io.mirrorneuron.wire.SchemaCheck;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.SchemaRepository;
import java.util.Set;

/** Compiled checks of a contract's schemas, shared by all requests. */
public final class Schemas {
  /** Schema keywords that restrict nothing. */
  private static final Set<String> IDLE =
      Set.of("type", "default", "description", "example", "title", "deprecated");

  private final SchemaRepository repository;

  public Schemas(SchemaRepository repository) {
    this.repository = repository;
  }

  SchemaCheck compile(JsonSchema schema) {
    if (refusesNothing(schema)) {
      return SchemaCheck.NONE;
    }
    return new SchemaCheck(repository, schema);
  }

  /** A string without restrictions needs no validator. */
  private static boolean refusesNothing(JsonSchema schema) {
    return schema instanceof JsonObject object
        && object.getValue("type") instanceof String type
        && Scalars.of(type) != null
        && object.fieldNames().stream()
            .allMatch(key -> IDLE.contains(key) || key.startsWith("__") || key.startsWith("x-"));
  }
}
