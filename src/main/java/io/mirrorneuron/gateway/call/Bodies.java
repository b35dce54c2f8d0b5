package io.mirrorneuron.gateway.call;

import io.mirrorneuron.gateway.answer.Refusal;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;

/** Reads bodies into memory and counts their bytes, whatever their headers say. */
public final class Bodies {
  private static final int FIRST_ALLOCATION = 4096;

  private final long limitBytes;

  public Bodies(long limitBytes) {
    this.limitBytes = limitBytes;
  }

  /** Must be called before the event loop hands over the body. Fails with a {@link Refusal}. */
  public Future<Buffer> read(HttpServerRequest request) {
    if (declaredLength(request) > limitBytes) {
      return Future.failedFuture(Refusal.tooLarge(limitBytes));
    }
    greet(request);
    Promise<Buffer> done = Promise.promise();
    Buffer body = Buffer.buffer(FIRST_ALLOCATION);
    request.handler(
        chunk -> {
          if (body.length() + chunk.length() > limitBytes) {
            done.tryFail(Refusal.tooLarge(limitBytes));
          } else {
            body.appendBuffer(chunk);
          }
        });
    request.exceptionHandler(done::tryFail);
    request.endHandler(end -> done.tryComplete(body));
    request.resume(); // it was paused during authentication
    return done.future();
  }

  /** -1 when the length is not declared. */
  static long declaredLength(HttpServerRequest request) {
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    if (length == null) {
      return -1;
    }
    try {
      return Long.parseLong(length);
    } catch (NumberFormatException e) {
      throw Refusal.malformed("Content-Length is not a number", java.util.List.of());
    }
  }

  /**
   * Answers {@code Expect: 100-continue}: only after authentication and the check of the length is
   * the client told to send.
   */
  static void greet(HttpServerRequest request) {
    if ("100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))) {
      request.response().writeContinue();
    }
  }
}
