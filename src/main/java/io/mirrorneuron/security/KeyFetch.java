package io.mirrorneuron.security;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.time.Duration;

/**
 * Gets a small document from an address, within five seconds or not at all. Follows no redirects:
 * only the configured address is trusted.
 */
final class KeyFetch {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final int MAX_BYTES = 1 << 20;

  private final Vertx vertx;
  private final URI address;
  private final HttpClient http;

  KeyFetch(Vertx vertx, URI address) {
    this.vertx = vertx;
    this.address = address;
    this.http =
        vertx
            .httpClientBuilder()
            .with(
                new HttpClientOptions()
                    .setConnectTimeout((int) PATIENCE.toMillis())
                    .setKeepAlive(false))
            // Who asks is told of it; raw it is nothing for the log.
            .withConnectHandler(connection -> connection.exceptionHandler(wrong -> {}))
            .build();
  }

  /** Fails with a message that ends a sentence. */
  Future<Buffer> get() {
    Promise<Buffer> answer = Promise.promise();
    connect().onSuccess(request -> send(request, answer)).onFailure(answer::tryFail);
    long timer =
        vertx.setTimer(
            PATIENCE.toMillis(),
            late -> answer.tryFail("it did not answer within " + PATIENCE.toSeconds() + " s"));
    return answer.future().onComplete(end -> vertx.cancelTimer(timer));
  }

  private Future<HttpClientRequest> connect() {
    try {
      return http.request(
          new RequestOptions()
              .setAbsoluteURI(address.toString())
              .setFollowRedirects(false)
              .putHeader("Accept", "application/json"));
    } catch (IllegalStateException e) { // Vert.x has begun to close
      return Future.failedFuture(e);
    }
  }

  /** Sends the request; the connection is closed however it ends. */
  private static void send(HttpClientRequest request, Promise<Buffer> answer) {
    answer.future().onFailure(end -> request.reset());
    request.send().onSuccess(response -> receive(response, answer)).onFailure(answer::tryFail);
  }

  private static void receive(HttpClientResponse response, Promise<Buffer> answer) {
    response.exceptionHandler(answer::tryFail);
    if (response.statusCode() != 200) {
      answer.tryFail("it answered " + response.statusCode());
      return;
    }
    Buffer body = Buffer.buffer();
    response.handler(
        chunk -> {
          body.appendBuffer(chunk);
          if (body.length() > MAX_BYTES) {
            response.handler(null);
            answer.tryFail("its answer is larger than " + MAX_BYTES + " bytes");
          }
        });
    response.endHandler(end -> answer.tryComplete(body));
  }
}
