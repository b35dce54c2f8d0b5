package io.mirrorneuron.gateway.call;

import io.mirrorneuron.bus.ApiCall;
import io.mirrorneuron.gateway.answer.Refusal;
import io.mirrorneuron.gateway.contract.ApiOperation;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.Fault;
import io.mirrorneuron.wire.SchemaCheck;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.JsonSchema;
import io.vertx.openapi.contract.Location;
import io.vertx.openapi.contract.Operation;
import io.vertx.openapi.contract.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The contract's checks of requests to one operation, compiled at start and run on the event loop.
 * The stock validator builds its validators for each request and changes threads, which costs more
 * than half of the throughput of a small read.
 */
public final class OperationCheck {
  private final ParameterCheck[] parameters;
  private final BodyCheck body;
  private final QueryNames queryNames;

  private OperationCheck(ParameterCheck[] parameters, BodyCheck body, QueryNames queryNames) {
    this.parameters = parameters;
    this.body = body;
    this.queryNames = queryNames;
  }

  public static OperationCheck of(ApiOperation operation, Operation parsed, Schemas schemas) {
    ParameterCheck[] parameters =
        parsed.getParameters().stream()
            .map(parameter -> ParameterCheck.of(parameter, schemas))
            .toArray(ParameterCheck[]::new);
    boolean json = operation.body() == ApiOperation.Body.JSON;
    return new OperationCheck(
        parameters,
        json ? BodyCheck.of(parsed.getRequestBody(), schemas) : null,
        QueryNames.of(operation, parsed));
  }

  /** Allowed query parameters. */
  public QueryNames queryNames() {
    return queryNames;
  }

  /** Whether the contract has this parameter, in any location. */
  public boolean hasParameter(String name) {
    return Arrays.stream(parameters).anyMatch(parameter -> parameter.name().equals(name));
  }

  /**
   * @param bytes the body; ignored by operations without one
   * @throws Refusal with all faults
   */
  public ApiCall read(ParameterSource source, Buffer bytes) {
    List<Fault> faults = new ArrayList<>(0);
    ApiCall call = new ApiCall();
    for (ParameterCheck parameter : parameters) {
      Object value = parameter.read(source, faults);
      if (value != null) {
        call.with(parameter.name(), value);
      }
    }
    if (body != null) {
      JsonObject content = body.read(bytes, faults);
      if (content != null) {
        call.withBody(content);
      }
    }
    if (!faults.isEmpty()) {
      throw Refusal.invalid(faults);
    }
    return call;
  }

  /**
   * Decodes a parameter's value from another location than the contract's.
   *
   * @throws Refusal when it does not fit
   */
  public Object decode(String parameter, String text, Object... location) {
    List<Fault> faults = new ArrayList<>(0);
    for (ParameterCheck check : parameters) {
      if (check.name().equals(parameter)) {
        Object value = check.decode(text, List.of(location), faults);
        if (faults.isEmpty()) {
          return value;
        }
      }
    }
    throw Refusal.invalid(faults);
  }

  /**
   * One compiled parameter: location, decoding and restrictions.
   *
   * @param kind null for a list of texts, which may be repeated
   * @param fallback its default, or null
   * @param invalid the sentence of a 400 for bad values; null for the usual 422
   * @param form of valid values, in words; null where the schema says it all
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
     * @param faults receives bad values
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
      found.forEach(fault -> faults.add(ContractErrorText.ofForm(fault, form)));
      return value;
    }

    /** Whether the parameter may be repeated. */
    boolean isList() {
      return kind == null;
    }

    private List<Object> location() {
      return List.of(in.name().toLowerCase(Locale.ROOT), name);
    }
  }
}
