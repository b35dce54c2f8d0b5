package io.mirrorneuron.gateway.bus;

import io.mirrorneuron.bus.Addresses;
import io.mirrorneuron.bus.ApiCall;
import io.mirrorneuron.bus.BusFailure;
import io.mirrorneuron.bus.HeldUpload;
import io.mirrorneuron.config.Secret;
import io.mirrorneuron.gateway.answer.Refusal;
import io.mirrorneuron.gateway.call.AreaCall.Answer;
import io.mirrorneuron.gateway.contract.ApiOperation;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.Fault;
import io.mirrorneuron.wire.FileDocument.RemoteRead;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;

/**
 * Calls of operations over the bus. A gateway of the same system has already checked its request,
 * which is forwarded as it is; every other caller is untrusted. File paths never cross the bus.
 */
final class BusCalls {
  /** As long as the longest operation; gateways give up earlier. */
  private static final Duration LONGEST = Duration.ofMinutes(5);

  private final Vertx vertx;
  private final BusEndpoint.Settings settings;
  private final ExternalCalls strangers;
  private final HeldFiles files;
  private final ReceivedUploads uploads;

  BusCalls(
      Vertx vertx,
      BusEndpoint.Settings settings,
      ExternalCalls strangers,
      HeldFiles files,
      ReceivedUploads uploads) {
    this.vertx = vertx;
    this.settings = settings;
    this.strangers = strangers;
    this.files = files;
    this.uploads = uploads;
  }

  /** Always replies. */
  void answer(String tag, Message<Object> message) {
    String name = message.headers().get(Addresses.OP);
    Future<Answer> answer;
    try {
      if (!(message.body() instanceof JsonObject call)) {
        throw MnException.malformed("the message must be a JsonObject");
      }
      answer =
          isGateway(settings.nodeToken(), message.headers())
              ? ofGateway(tag, name, call, message.headers())
              : ofExternal(strangers.operation(tag, name), call, message.headers());
    } catch (RuntimeException e) {
      answer = Future.failedFuture(e);
    }
    answer.onComplete(
        reported -> message.reply(reported.body(), headers(reported)),
        failed -> message.reply(failure(name, failed)));
  }

  /**
   * Whether the caller is a gateway of this system.
   *
   * @throws MnException UNAVAILABLE for a gateway of another system, as its own caller may be
   *     authorised
   */
  static boolean isGateway(Secret nodeToken, MultiMap headers) {
    String shown = headers.get(Addresses.NODE_TOKEN);
    if (shown != null && !nodeToken.matches(shown)) {
      throw new MnException(
          ErrorCode.UNAVAILABLE,
          "join_token_differs",
          "the server does not accept the join token of this gateway: network.join_token"
              + " (MN_NETWORK_JOIN_TOKEN) must be the same at both");
    }
    return shown != null;
  }

  private static DeliveryOptions headers(Answer reported) {
    DeliveryOptions delivery = new DeliveryOptions();
    if (reported.isAccepted()) {
      delivery.addHeader(Addresses.ACCEPTED, "");
    }
    if (reported.preferred() != null) {
      delivery.addHeader(Addresses.PREFERRED, reported.preferred());
    }
    return delivery;
  }

  static ReplyException failure(String name, Throwable failed) {
    return failed instanceof ReplyException reply
            && reply.failureType() == ReplyFailure.RECIPIENT_FAILURE
        ? reply
        : BusFailure.of(
            name,
            switch (failed) {
              case Refusal refusal -> refusal.toException();
              case ReplyException reply -> BusFailure.toException(reply);
              default -> failed;
            });
  }

  private Future<Answer> ofGateway(String tag, String name, JsonObject call, MultiMap headers) {
    boolean answersFile = !headers.contains(Addresses.ADMISSION) && strangers.answersFile(name);
    DeliveryOptions delivery =
        new DeliveryOptions()
            .setLocalOnly(true)
            .setSendTimeout(LONGEST.toMillis())
            .addHeader(Addresses.OP, name);
    if (headers.contains(Addresses.ADMISSION)) {
      delivery.addHeader(Addresses.ADMISSION, headers.get(Addresses.ADMISSION));
    }
    return withUpload(
            new ApiCall(call),
            ready ->
                vertx
                    .eventBus()
                    .<Buffer>request(Addresses.area(tag), ready.json(), delivery)
                    .map(reported -> Answer.of(reported.body(), reported.headers())))
        .map(reported -> answersFile ? remote(reported) : reported);
  }

  private Future<Answer> ofExternal(ApiOperation operation, JsonObject message, MultiMap headers) {
    return strangers
        .enter(operation, headers)
        .compose(
            caller -> {
              ApiCall call = strangers.read(operation, message, headers).withCaller(caller);
              if (operation.body() == ApiOperation.Body.UPLOAD) {
                call = new HeldUpload(handle(message), fileName(message)).in(call);
              }
              return withUpload(call, ready -> strangers.ask(operation, ready));
            })
        .map(reported -> operation.answersFile() ? named(reported) : reported);
  }

  private static String handle(JsonObject message) {
    if (message.getValue(ExternalCalls.UPLOAD) instanceof JsonObject upload
        && upload.getValue("file") instanceof String handle) {
      return handle;
    }
    throw Refusal.invalid(
        List.of(
            new Fault(
                "missing",
                List.of("message", ExternalCalls.UPLOAD),
                "must be an object whose member file names what was sent before",
                null)));
  }

  private static String fileName(JsonObject message) {
    return message.getJsonObject(ExternalCalls.UPLOAD).getValue("file_name") instanceof String name
        ? name
        : "upload";
  }

  private interface Asked {
    Future<Answer> with(ApiCall call);
  }

  /** Makes the call with the file that was sent before, and deletes the file. */
  private Future<Answer> withUpload(ApiCall call, Asked asked) {
    if (!call.hasUpload()) {
      return asked.with(call);
    }
    HeldUpload held = HeldUpload.of(call);
    return uploads
        .finish(held.handle(), held.fileName())
        .compose(upload -> asked.with(call.withUpload(upload)))
        .onComplete(done -> uploads.discard(held.handle()));
  }

  /** A file answer for a gateway. */
  private Answer remote(Answer reported) {
    RemoteRead here = new RemoteRead(settings.node(), "", "", "", files.hold(reported.body()));
    return with(reported, new JsonObject().put("far", JsonObject.mapFrom(here)));
  }

  /** A file answer for any other caller. */
  private Answer named(Answer reported) {
    return with(
        reported,
        new JsonObject().put("file", files.hold(reported.body())).put("node", settings.node()));
  }

  private static Answer with(Answer reported, JsonObject body) {
    return new Answer(body.toBuffer(), reported.isAccepted(), reported.preferred());
  }
}
