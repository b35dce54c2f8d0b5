package io.mirrorneuron.gateway;

import io.mirrorneuron.bus.Addresses;
import io.mirrorneuron.bus.ApiCall;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.ParsedHeaderValue;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;

/**
 * One operation: who calls, body, contract, bus, answer. Everything that is the same for each
 * request is made once.
 */
final class BusHandler implements Handler<RoutingContext> {

  /** What the handlers of all operations share. */
  record Shared(
      EventBus bus, Auth auth, Bodies bodies, Uploads uploads, Streams streams, Duration timeout) {}

  private final ApiOperation operation;
  private final OperationCheck check;
  private final String uploadField;
  private final Shared shared;
  private final String address;
  private final DeliveryOptions delivery;
  private final CharSequence defaultType;

  /**
   * @param uploadField the part that holds the file; null when the operation takes none
   */
  BusHandler(ApiOperation operation, OperationCheck check, String uploadField, Shared shared) {
    this.operation = operation;
    this.check = check;
    this.uploadField = uploadField;
    this.shared = shared;
    this.address = Addresses.area(operation.tag());
    this.delivery =
        new DeliveryOptions()
            .addHeader(Addresses.OP, operation.id())
            .setSendTimeout(shared.timeout().toMillis());
    this.defaultType = HttpHeaders.createOptimized(operation.produces().getFirst());
  }

  @Override
  public void handle(RoutingContext ctx) {
    if (!operation.isPublic()) {
      String authorization = ctx.request().getHeader(HttpHeaders.AUTHORIZATION);
      shared.auth().authenticate(authorization).mustReach(operation.role());
    }
    switch (operation.body()) {
      case NONE -> call(ctx, check.read(ctx, null));
      case JSON -> {
        BodyCheck.mustBeJson(ctx.request());
        shared
            .bodies()
            .read(ctx.request())
            .map(bytes -> check.read(ctx, bytes))
            .onComplete(call -> call(ctx, call), ctx::fail);
      }
      case UPLOAD -> {
        ApiCall call = check.read(ctx, null);
        shared
            .uploads()
            .receive(ctx.request(), uploadField)
            .onComplete(upload -> callWith(upload, ctx, call), ctx::fail);
      }
    }
  }

  private void callWith(ApiCall.Upload upload, RoutingContext ctx, ApiCall call) {
    ask(call.withUpload(upload))
        .eventually(() -> shared.uploads().discard(upload))
        .onComplete(answer -> write(ctx, defaultType, answer), ctx::fail);
  }

  private void call(RoutingContext ctx, ApiCall call) {
    String type = operation.produces().size() == 1 ? null : negotiated(ctx);
    if (type == null) {
      ask(call).onComplete(answer -> write(ctx, defaultType, answer), ctx::fail);
    } else if (type.equals(ApiOperation.EVENT_STREAM)) {
      shared.streams().open(ctx, operation, call, this::ask);
    } else {
      ask(call.withAccept(type)).onComplete(answer -> write(ctx, type, answer), ctx::fail);
    }
  }

  private Future<Buffer> ask(ApiCall call) {
    return shared.bus().<Buffer>request(address, call.json(), delivery).map(Message::body);
  }

  private void write(RoutingContext ctx, CharSequence type, Buffer answer) {
    if (operation.answersFile()) {
      FileAnswer.send(ctx, answer);
      return;
    }
    HttpServerResponse response = ctx.response();
    response.setStatusCode(operation.success()).putHeader(HttpHeaders.CONTENT_TYPE, type);
    if (ctx.request().method() == HttpMethod.HEAD) {
      response.putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(answer.length())).end();
    } else {
      response.end(answer);
    }
  }

  /** The type the client likes best among those the contract has; null for the default. */
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
