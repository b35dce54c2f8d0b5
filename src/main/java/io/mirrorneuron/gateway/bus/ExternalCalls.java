package io.mirrorneuron.gateway.bus;

import io.mirrorneuron.bus.Addresses;
import io.mirrorneuron.bus.ApiCall;
import io.mirrorneuron.bus.LocalAreas;
import io.mirrorneuron.gateway.answer.Refusal;
import io.mirrorneuron.gateway.call.AreaCall;
import io.mirrorneuron.gateway.call.AreaCall.Answer;
import io.mirrorneuron.gateway.call.OpenCalls;
import io.mirrorneuron.gateway.call.OperationCheck;
import io.mirrorneuron.gateway.call.ParameterSource;
import io.mirrorneuron.gateway.call.Schemas;
import io.mirrorneuron.gateway.contract.ApiOperation;
import io.mirrorneuron.gateway.contract.Contract;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.security.Auth;
import io.mirrorneuron.security.Auth.Principal;
import io.mirrorneuron.security.Auth.Role;
import io.mirrorneuron.wire.Fault;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.openapi.contract.Location;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Calls of programs outside this system: authentication, authorisation and contract checks are the
 * same as over HTTP.
 */
final class ExternalCalls {
  /** The member of a message that is the body of the operation. */
  static final String BODY = "$body";

  /** The member of a message that names a previously sent file. */
  static final String UPLOAD = "$upload";

  /** The header with the milliseconds that a cursor read may wait. */
  static final String WAIT = "wait-ms";

  /** The header with the wanted media type, where there are several. */
  static final String ACCEPT = "accept";

  private record Known(ApiOperation operation, OperationCheck check, AreaCall area) {}

  private final Auth auth;
  private final long bodyLimit;
  private final Duration usual;
  private final Map<String, Known> operations = new HashMap<>();

  /**
   * @param bodyLimit bytes of a body
   * @param usual timeout of an area where the contract has none
   */
  ExternalCalls(EventBus bus, Contract contract, Auth auth, long bodyLimit, Duration usual) {
    this.auth = auth;
    this.bodyLimit = bodyLimit;
    this.usual = usual;
    Schemas schemas = new Schemas(contract.parsed().getSchemaRepository());
    for (ApiOperation operation : contract.operations()) {
      OperationCheck check =
          OperationCheck.of(operation, contract.parsed().operation(operation.id()), schemas);
      AreaCall area = new AreaCall(new LocalAreas(bus), operation, usual, new OpenCalls());
      operations.put(operation.id(), new Known(operation, check, area));
    }
  }

  /** The caller, if it may call this operation. */
  Future<Principal> enter(ApiOperation operation, MultiMap headers) {
    return operation.isPublic()
        ? Future.succeededFuture(Principal.unnamed(Role.VIEWER))
        : enter(operation.role(), headers);
  }

  /** The caller, if its token grants the role. */
  Future<Principal> enter(Role role, MultiMap headers) {
    return auth.authenticate(headers.get(Addresses.AUTHORIZATION))
        .map(
            caller -> {
              caller.requireRole(role);
              return caller;
            });
  }

  /**
   * @throws MnException NOT_FOUND, or UNIMPLEMENTED for an operation that exists over HTTP only
   */
  ApiOperation operation(String tag, String name) {
    Known known = name == null ? null : operations.get(name);
    if (known == null || !known.operation().tag().equals(tag)) {
      throw new MnException(
          ErrorCode.NOT_FOUND,
          "operation_not_found",
          "%s has no operation %s; the header op names one".formatted(Addresses.area(tag), name));
    }
    ApiOperation operation = known.operation();
    if (operation.socket() != null || operation.body() == ApiOperation.Body.RAW) {
      throw new MnException(
          ErrorCode.UNIMPLEMENTED, "http_only", name + " is an operation of the HTTP API only");
    }
    return operation;
  }

  /**
   * @throws Refusal with all contract violations
   */
  ApiCall read(ApiOperation operation, JsonObject message, MultiMap headers) {
    OperationCheck check = operations.get(operation.id()).check();
    boolean hasBody = operation.body() == ApiOperation.Body.JSON;
    boolean hasUpload = operation.body() == ApiOperation.Body.UPLOAD;
    List<Fault> strange =
        message.fieldNames().stream()
            .filter(name -> !check.hasParameter(name))
            .filter(name -> !(hasBody && name.equals(BODY)))
            .filter(name -> !(hasUpload && name.equals(UPLOAD)))
            .map(
                name ->
                    new Fault(
                        "unknown_parameter",
                        List.of("message", name),
                        "is no parameter of " + operation.id(),
                        null))
            .toList();
    if (!strange.isEmpty()) {
      throw Refusal.invalid(strange);
    }
    Buffer body = hasBody ? body(message) : null;
    return waiting(
        operation, headers, accepting(operation, headers, check.read(source(message), body)));
  }

  private Buffer body(JsonObject message) {
    Object body = message.getValue(BODY);
    Buffer bytes =
        switch (body) {
          case null -> Buffer.buffer();
          case JsonObject object -> object.toBuffer();
          default ->
              throw Refusal.invalid(
                  List.of(
                      new Fault(
                          "model_attributes_type", List.of("body"), "must be an object", null)));
        };
    if (bytes.length() > bodyLimit) {
      throw Refusal.tooLarge(bodyLimit);
    }
    return bytes;
  }

  private static ApiCall accepting(ApiOperation operation, MultiMap headers, ApiCall call) {
    String type = headers.get(ACCEPT);
    if (type == null || type.equals(operation.produces().getFirst())) {
      return call;
    }
    if (!operation.produces().contains(type) || type.equals(ApiOperation.EVENT_STREAM)) {
      throw MnException.malformed(
          "%s does not answer %s over the bus".formatted(operation.id(), type));
    }
    return call.withAccept(type);
  }

  /** At most half of the area's timeout, as for followers over HTTP. */
  private ApiCall waiting(ApiOperation operation, MultiMap headers, ApiCall call) {
    String text = headers.get(WAIT);
    if (text == null) {
      return call;
    }
    long most = usual.toMillis() / 2;
    if (operation.stream() == null || !text.matches("\\d{1,6}") || Long.parseLong(text) > most) {
      throw MnException.malformed(
          "%s is a whole number of milliseconds from 0 to %d, for operations that can be followed"
              .formatted(WAIT, most));
    }
    return call.withWait(Duration.ofMillis(Long.parseLong(text)));
  }

  boolean answersFile(String name) {
    Known known = operations.get(name);
    return known != null && known.operation().answersFile();
  }

  Future<Answer> ask(ApiOperation operation, ApiCall call) {
    return operations.get(operation.id()).area().ask(call);
  }

  private static ParameterSource source(JsonObject message) {
    return new ParameterSource() {
      @Override
      public String text(Location in, String name) {
        Object value = message.getValue(name);
        return value == null ? null : value.toString();
      }

      @Override
      public List<String> texts(Location in, String name) {
        return message.getValue(name) instanceof JsonArray several
            ? several.stream().map(String::valueOf).toList()
            : ParameterSource.super.texts(in, name);
      }
    };
  }
}
