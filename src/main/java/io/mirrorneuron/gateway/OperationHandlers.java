package io.mirrorneuron.gateway;

import io.mirrorneuron.bus.ApiCall;
import io.mirrorneuron.gateway.call.AccessCheck;
import io.mirrorneuron.gateway.call.AreaCall;
import io.mirrorneuron.gateway.call.Bodies;
import io.mirrorneuron.gateway.call.OperationCheck;
import io.mirrorneuron.gateway.call.ParameterSource;
import io.mirrorneuron.gateway.call.Schemas;
import io.mirrorneuron.gateway.contract.ApiOperation;
import io.mirrorneuron.gateway.contract.Contract;
import io.mirrorneuron.gateway.contract.ContractCheck;
import io.mirrorneuron.gateway.stream.LiveStream;
import io.mirrorneuron.gateway.stream.SocketHandler;
import io.mirrorneuron.gateway.stream.Topics;
import io.mirrorneuron.security.Auth;
import io.mirrorneuron.security.Auth.Principal;
import io.mirrorneuron.security.Auth.Role;
import io.mirrorneuron.security.StreamTokens;
import io.mirrorneuron.wire.Json;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import io.vertx.json.schema.JsonSchema;
import io.vertx.openapi.contract.Operation;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;

/** Creates the handler of each operation of the contract. */
final class OperationHandlers {
  private final Contract contract;
  private final ApiRouter.Parts parts;
  private final Map<String, OperationCheck> checks = new HashMap<>();
  private final Map<String, LiveStream> streams = new LinkedHashMap<>();
  private final SocketHandler.Shared sockets;

  /** Compiles the checks of all operations. */
  OperationHandlers(Contract contract, ApiRouter.Parts parts) {
    this.contract = contract;
    this.parts = parts;
    Schemas schemas = new Schemas(contract.parsed().getSchemaRepository());
    for (ApiOperation operation : contract.operations()) {
      OperationCheck check = OperationCheck.of(operation, parsed(operation), schemas);
      checks.put(operation.id(), check);
      if (operation.stream() != null) {
        streams.put(operation.id(), new LiveStream(operation, check, area(operation)));
      }
    }
    this.sockets =
        new SocketHandler.Shared(
            parts.shared().auth(),
            parts.shared().tokens(),
            parts.pages(),
            parts.shared().streams(),
            new Topics(streams.values()),
            parts.clock());
  }

  void forEach(BiConsumer<ApiOperation, Handler<RoutingContext>> action) {
    contract.operations().forEach(operation -> action.accept(operation, handler(operation)));
  }

  private Handler<RoutingContext> handler(ApiOperation operation) {
    OperationCheck check = checks.get(operation.id());
    if (operation.id().equals(ContractCheck.HEALTH)) {
      return checked(check, parts.health());
    }
    if (operation.id().equals(ContractCheck.READY)) {
      return checked(check, parts.ready());
    }
    if (operation.id().equals(ContractCheck.STREAM_TOKEN)) {
      return new StreamTokenHandler(
          check, operation.role(), parts.shared().auth(), parts.shared().tokens(), run());
    }
    if (operation.socket() != null) {
      return new SocketHandler(operation, check, streams.get(operation.socket().stream()), sockets);
    }
    return new BusHandler(
        operation,
        check,
        uploadField(operation, parsed(operation)),
        area(operation),
        parts.shared());
  }

  private static Handler<RoutingContext> checked(
      OperationCheck check, Handler<RoutingContext> handler) {
    return ctx -> {
      check.queryNames().check(ctx);
      Bodies.expectNone(ctx, () -> handler.handle(ctx));
    };
  }

  private Operation parsed(ApiOperation operation) {
    return contract.parsed().operation(operation.id());
  }

  private AreaCall run() {
    return contract.operations().stream()
        .filter(operation -> operation.id().equals(ContractCheck.RUN))
        .map(this::area)
        .findFirst()
        .orElseThrow();
  }

  private AreaCall area(ApiOperation operation) {
    return new AreaCall(parts.areas(), operation, parts.timeout(), parts.shared().calls());
  }

  /** The form part with the uploaded file; null when the operation takes none. */
  private static String uploadField(ApiOperation operation, Operation parsed) {
    if (operation.body() != ApiOperation.Body.UPLOAD) {
      return null;
    }
    JsonSchema form = parsed.getRequestBody().getContent().get("multipart/form-data").getSchema();
    return ((JsonArray) ((JsonObject) form).getValue("required")).getString(0);
  }

  /**
   * Issues tokens for the streams of existing runs. Not on the bus, because the endpoints that
   * accept a token issue it.
   *
   * @param run reads one run
   */
  private record StreamTokenHandler(
      OperationCheck check, Role role, Auth auth, StreamTokens tokens, AreaCall run)
      implements Handler<RoutingContext> {
    private static final String RUN = "run_id";

    @Override
    public void handle(RoutingContext ctx) {
      String authorization = ctx.request().getHeader(HttpHeaders.AUTHORIZATION);
      AccessCheck.of(ctx, auth, authorization, role, caller -> enter(ctx, caller));
    }

    private void enter(RoutingContext ctx, Principal caller) {
      check.queryNames().check(ctx);
      Bodies.requirePlain(ctx.request());
      ApiCall call = check.read(ParameterSource.of(ctx), null);
      Bodies.expectNone(
          ctx, () -> run.ask(call).onComplete(found -> answer(ctx, call, caller), ctx::fail));
    }

    private record Answer(String runId, String token, String expiresAt) {}

    private void answer(RoutingContext ctx, ApiCall call, Principal caller) {
      StreamTokens.Issued issued = tokens.issue(call.text(RUN), caller);
      String end = Json.timestamp(issued.expiresAt());
      ctx.response()
          .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
          .end(Json.write(new Answer(call.text(RUN), issued.token(), end)));
    }
  }
}
