package io.mirrorneuron.runtime.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.security.Auth;
import io.mirrorneuron.testing.GrpcRuntime;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A message of somebody who may not send it is not taken off the wire. */
class RefusedMessagesIT {
  private static final int MESSAGE = 30 << 20;
  private static final Buffer PIECE = Buffer.buffer(new byte[64 << 10]);

  /** What the window of a stream lets through before anybody has looked, and what is on its way. */
  private static final long UNSEEN = 6 << 20;

  @ParameterizedTest
  @ValueSource(strings = {"", "Bearer wrong", "Bearer a.b.c"})
  void aMessageWithoutAGoodTokenIsNotTaken(String authorization) throws Exception {
    try (GrpcRuntime runtime = GrpcRuntime.asking(Auth.NOBODY_ENTERS)) {
      assertThat(taken(runtime, authorization, "16")).isLessThan(UNSEEN);
      assertThat(runtime.jobs.calls()).isEmpty();
    }
  }

  @Test
  void aMessageWithOneIs() throws Exception {
    try (GrpcRuntime runtime = GrpcRuntime.asking(Auth.NOBODY_ENTERS)) {
      assertThat(taken(runtime, "Bearer " + GrpcRuntime.AUTH.value(), null)).isEqualTo(MESSAGE);
    }
  }

  /**
   * Sends a submission until it is answered or refused; how many bytes of it went out.
   *
   * @param status that the call must end with; null when that does not matter
   */
  private static long taken(GrpcRuntime runtime, String authorization, String status)
      throws Exception {
    HttpClient client =
        runtime.vertx.createHttpClient(
            new HttpClientOptions()
                .setProtocolVersion(HttpVersion.HTTP_2)
                .setHttp2ClearTextUpgrade(false));
    AtomicLong sent = new AtomicLong();
    Promise<Void> over = Promise.promise();
    HttpClientRequest request =
        client
            .request(
                HttpMethod.POST,
                runtime.server.port(),
                "127.0.0.1",
                "/mirrorneuron.job.v1.JobService/SubmitJob")
            .await(10, TimeUnit.SECONDS);
    request.setChunked(true);
    request.putHeader("content-type", "application/grpc").putHeader("te", "trailers");
    if (!authorization.isEmpty()) {
      request.putHeader("authorization", authorization);
    }
    Future<String> answer =
        request
            .response()
            .compose(response -> response.end().map(end -> response.headers().get("grpc-status")));
    answer.onComplete(reported -> over.tryComplete());
    request.exceptionHandler(reset -> over.tryComplete());
    request.write(Buffer.buffer().appendByte((byte) 0).appendInt(MESSAGE));
    runtime.vertx.runOnContext(now -> send(request, sent, over));
    over.future().await(60, TimeUnit.SECONDS);
    if (status != null) {
      assertThat(answer.await(10, TimeUnit.SECONDS)).isEqualTo(status);
    }
    client.close().await(10, TimeUnit.SECONDS);
    return sent.get();
  }

  private static void send(HttpClientRequest request, AtomicLong sent, Promise<Void> over) {
    if (over.future().isComplete()) {
      return;
    }
    if (sent.get() == MESSAGE) {
      request.end();
      return;
    }
    request
        .write(PIECE)
        .onSuccess(
            written -> {
              sent.addAndGet(PIECE.length());
              send(request, sent, over);
            });
  }
}
