package io.mirrorneuron.gateway.call;

import io.mirrorneuron.bus.ApiCall;
import io.mirrorneuron.gateway.answer.Refusal;
import io.mirrorneuron.gateway.contract.ApiOperation;
import io.mirrorneuron.wire.Fault;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.openapi.contract.Operation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What the contract demands of a request to one operation, compiled at start and run on the event
 * loop. The stock validator builds its validators for each request and changes threads; that costs
 * more than half of the throughput of a small read.
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

  /** The names that its query may have. */
  public QueryNames queryNames() {
    return queryNames;
  }

  /** Whether the contract has a parameter of that name, wherever it lies. */
  public boolean hasParameter(String name) {
    return Arrays.stream(parameters).anyMatch(parameter -> parameter.name().equals(name));
  }

  /**
   * The call that the request makes.
   *
   * @param bytes the body; ignored by operations without one
   * @throws Refusal with everything that is wrong
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
   * Decodes a parameter's value that was found somewhere else than where the contract has it.
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
}
