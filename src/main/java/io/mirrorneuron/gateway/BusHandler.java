package io.mirrorneuron.gateway;

import io.mirrorneuron.bus.ApiCall;
import io.mirrorneuron.bus.AskedWait;
import io.mirrorneuron.bus.RemoteReads;
import io.mirrorneuron.gateway.answer.FileAnswer;
import io.mirrorneuron.gateway.call.AccessCheck;
import io.mirrorneuron.gateway.call.AreaCall;
import io.mirrorneuron.gateway.call.AreaCall.Answer;
import io.mirrorneuron.gateway.call.Bodies;
import io.mirrorneuron.gateway.call.BodyCheck;
import io.mirrorneuron.gateway.call.OpenCalls;
import io.mirrorneuron.gateway.call.OperationCheck;
import io.mirrorneuron.gateway.call.ParameterSource;
import io.mirrorneuron.gateway.call.SharedCalls;
import io.mirrorneuron.gateway.call.StreamAccess;
import io.mirrorneuron.gateway.call.Uploads;
import io.mirrorneuron.gateway.contract.ApiOperation;
import io.mirrorneuron.gateway.stream.LiveStream;
import io.mirrorneuron.gateway.stream.SseSink;
import io.mirrorneuron.gateway.stream.Streams;
import io.mirrorneuron.security.Auth;
import io.mirrorneuron.security.Auth.Principal;
import io.mirrorneuron.security.Auth.Role;
import io.mirrorneuron.security.StreamTokens;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.ParsedHeaderValue;
import io.vertx.ext.web.RoutingContext;

/**
 * Handles the requests of one operation: authentication, body, contract checks, call over the bus,
 * answer. Everything constant is prepared once.
 */
final class BusHandler implements Handler<RoutingContext> {

  /**
   * Shared by the handlers of all operations.
   *
   * @param raw bodies of callers without a token
   * @param nodes read files of other nodes
   */
  record Shared(
      Auth auth,
      StreamTokens tokens,
      Bodies bodies,
      Bodies raw,
      Uploads uploads,
      Streams streams,
      OpenCalls calls,
      RemoteReads nodes) {}

  private final ApiOperation operation;
  private final OperationCheck check;
  private final String uploadField;
  private final Shared shared;
  private final AreaCall area;
  private final LiveStream stream;
  private final SharedCalls sharedCalls;
  private final CharSequence defaultType;

  /**
   * @param uploadField the part with the file; null when the operation takes none
   */
  BusHandler(
      ApiOperation operation,
      OperationCheck check,
      String uploadField,
      AreaCall area,
      Shared shared) {
    this.operation = operation;
    this.check = check;
    this.uploadField = uploadField;
    this.shared = shared;
    this.area = area;
    this.stream = operation.stream() == null ? null : new LiveStream(operation, check, area);
    this.sharedCalls = operation.isShared() ? new SharedCalls(area) : null;
    this.defaultType = HttpHeaders.createOptimized(operation.produces().getFirst());
  }

  @Override
  public void handle(RoutingContext ctx) {
    if (operation.isPublic()) {
      enter(ctx, Principal.unnamed(Role.VIEWER));
      return;
    }
    Auth auth =
        stream == null
            ? shared.auth()
            : StreamAccess.byAddress(ctx, shared.auth(), shared.tokens());
    String authorization = ctx.request().getHeader(HttpHeaders.AUTHORIZATION);
    AccessCheck.of(ctx, auth, authorization, operation.role(), caller -> enter(ctx, caller));
  }

  private void enter(RoutingContext ctx, Principal caller) {
    check.queryNames().check(ctx);
    Bodies.requirePlain(ctx.request());
    switch (operation.body()) {
      case NONE -> {
        ApiCall call = check.read(ParameterSource.of(ctx), null);
        call.json().remove(StreamTokens.PARAMETER); // the stream token is only used to authenticate
        Bodies.expectNone(ctx, () -> call(ctx, call, caller));
      }
      case JSON -> {
        BodyCheck.mustBeJson(ctx.request());
        shared
            .bodies()
            .readJson(ctx)
            .map(bytes -> check.read(ParameterSource.of(ctx), bytes))
            .onComplete(call -> call(ctx, call, caller), ctx::fail);
      }
      case RAW -> {
        ApiCall call = check.read(ParameterSource.of(ctx), null);
        ctx.request().pause(); // the body of a refused caller is not read
        area.admit(call)
            .compose(admitted -> shared.raw().read(ctx))
            .onComplete(bytes -> call(ctx, call.withRaw(bytes.getBytes()), caller), ctx::fail);
      }
      case UPLOAD -> {
        ApiCall call = check.read(ParameterSource.of(ctx), null);
        shared
            .uploads()
            .receive(ctx.request(), uploadField)
            .onComplete(upload -> callWith(upload, ctx, call.withCaller(caller)), ctx::fail);
      }
    }
  }

  private void callWith(ApiCall.Upload upload, RoutingContext ctx, ApiCall call) {
    area.ask(call.withUpload(upload))
        .eventually(() -> shared.uploads().discard(upload))
        .onComplete(answer -> write(ctx, defaultType, answer), ctx::fail);
  }

  private void call(RoutingContext ctx, ApiCall call, Principal caller) {
    String type = operation.produces().size() == 1 ? null : negotiated(ctx);
    if (ApiOperation.EVENT_STREAM.equals(type == null ? operation.produces().getFirst() : type)) {
      String lastId = ctx.request().getHeader("Last-Event-ID");
      // A read that many followers share has no caller.
      boolean isBack = lastId != null && !lastId.isEmpty();
      SseSink.open(ctx, shared.streams(), stream.subscribe(call, lastId, caller.expiry()), isBack);
    } else if (type == null) {
      askByDefault(ctx, call, caller)
          .onComplete(answer -> write(ctx, defaultType, answer), ctx::fail);
    } else {
      ask(ctx, call.withCaller(caller).withAccept(type))
          .onComplete(answer -> write(ctx, type, answer), ctx::fail);
    }
  }

  private Future<Answer> askByDefault(RoutingContext ctx, ApiCall call, Principal caller) {
    return sharedCalls != null && AskedWait.of(call).isEmpty()
        ? sharedCalls.ask(call)
        : ask(ctx, call.withCaller(caller));
  }

  /**
   * Sends the call. For long operations the area learns when the client disconnects, so that it can
   * stop.
   */
  private Future<Answer> ask(RoutingContext ctx, ApiCall call) {
    boolean isLong = operation.isLong() || AskedWait.of(call).isPresent();
    return isLong ? area.askWhileOpen(call, ctx.response()) : area.ask(call);
  }

  private void write(RoutingContext ctx, CharSequence type, Answer answer) {
    Buffer body = answer.body();
    if (operation.answersFile()) {
      FileAnswer.send(ctx, body, shared.nodes());
      return;
    }
    HttpServerResponse response = ctx.response();
    response
        .setStatusCode(answer.isAccepted() ? ApiOperation.ACCEPTED : operation.success())
        .putHeader(HttpHeaders.CONTENT_TYPE, type);
    if (answer.preferred() != null) {
      response.putHeader("Preference-Applied", answer.preferred());
    }
    if (ctx.request().method() == HttpMethod.HEAD) {
      response.putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.length())).end();
    } else {
      response.end(body);
    }
  }

  /** The client's preferred media type among those of the contract; null for the default. */
  private String negotiated(RoutingContext ctx) {
    for (ParsedHeaderValue wish : ctx.parsedHeaders().accept()) {
      String type = wish.value();
      if (type.equals(operation.produces().getFirst()) || type.equals("*/*")) {
        return null;
      }
      if (operation.produces().contains(type)) {
        return type;
      }
    }
    return null;
  }
}
