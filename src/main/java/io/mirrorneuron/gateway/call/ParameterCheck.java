package io.mirrorneuron.gateway.call;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.Fault;
import io.mirrorneuron.wire.SchemaCheck;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.JsonSchema;
import io.vertx.openapi.contract.Location;
import io.vertx.openapi.contract.Parameter;
import java.util.List;
import java.util.Locale;

/**
 * One parameter, compiled: where it lies, how it is read, what it must satisfy.
 *
 * @param kind null of a list of texts, which is given as often as it has elements
 * @param fallback its default, or null
 * @param invalid the sentence of a 400 for bad values; null for the usual 422
 * @param form what values must be, in words; null where the schema says it all
 */
record ParameterCheck(
    String name,
    Location in,
    boolean required,
    Scalars kind,
    SchemaCheck schema,
    Object fallback,
    String invalid,
    String form) {

  static ParameterCheck of(Parameter parameter, Schemas schemas) {
    JsonSchema schema = parameter.getSchema();
    JsonObject invalid = parameter.getOpenAPIModel().getJsonObject("x-mn-invalid");
    return new ParameterCheck(
        parameter.getName(),
        parameter.getIn(),
        parameter.isRequired(),
        Scalars.of(schema.<String>get("type")),
        schemas.compile(schema),
        schema.get("default"),
        invalid == null ? null : invalid.getString("detail"),
        parameter.getOpenAPIModel().getString("x-mn-form"));
  }

  /**
   * The decoded value, the default, or null.
   *
   * @param faults where a bad value is noted
   */
  Object read(ParameterSource source, List<Fault> faults) {
    if (isList()) {
      List<String> texts = source.texts(in, name);
      return texts.isEmpty() ? null : new JsonArray(texts);
    }
    String text = source.text(in, name);
    if (text == null) {
      if (required) {
        faults.add(new Fault("missing", location(), "is required", null));
      }
      return fallback;
    }
    Object value = kind.read(text);
    return value != null && schema.isCertain(value) ? value : decode(text, location(), faults);
  }

  /**
   * The decoded value, or null.
   *
   * @param location where the text was found
   */
  Object decode(String text, List<Object> location, List<Fault> faults) {
    Object value = kind.read(text);
    List<Fault> found =
        value == null
            ? List.of(new Fault(kind.fault(), location, kind.message(), text))
            : schema.faults(value, location, text);
    if (!found.isEmpty() && invalid != null) {
      throw new MnException(ErrorCode.MALFORMED, "invalid_parameter", invalid);
    }
    found.forEach(fault -> faults.add(FaultWords.ofForm(fault, form)));
    return value;
  }

  /** Whether it may be given several times. */
  boolean isList() {
    return kind == null;
  }

  private List<Object> location() {
    return List.of(in.name().toLowerCase(Locale.ROOT), name);
  }
}
