package io.mirrorneuron.runtime.service;

import io.mirrorneuron.runtime.manifest.graph.CheckDefinition;
import io.mirrorneuron.runtime.service.Connections.Peer;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientConnection;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;

/**
 * Asks the standard health service of a gRPC server, without TLS and with a deadline. It speaks the
 * few bytes itself, so that the connection is this question's own and ends with it.
 */
final class GrpcProbe {
  private static final int HEAD = 5;
  private static final int MOST_READ = 1024;

  /** The first member of the question, a text, and of the answer, a number. */
  private static final byte SERVICE = 0x0a;

  private static final byte STATUS = 0x08;
  private static final int SERVING = 1;

  /** A length is written in groups of seven bits, low ones first; texts here need two at most. */
  private static final int LOW_BITS = 0x7f;

  private static final int MORE = 0x80;
  private static final List<String> WORDS =
      List.of("UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN");

  private final AddressGuard guard;
  private final Connections connections;

  GrpcProbe(AddressGuard guard, Connections connections) {
    this.guard = guard;
    this.connections = connections;
  }

  ProbeResult ask(CheckDefinition check, CheckTarget target) throws NotAsked, TimeoutException {
    String host = target.address(check);
    Peer peer = new Peer(guard.judged(host, target.port(check), target.declared()), host, false);
    return connections.ask2(
        peer,
        check.timeout(),
        connection -> BadAnswer.of(send(connection, check.timeout(), check.grpcService())));
  }

  private static Future<ProbeResult> send(
      HttpClientConnection connection, Duration patience, String service) {
    byte[] name = service.getBytes(StandardCharsets.UTF_8);
    Buffer message = Buffer.buffer();
    if (name.length > 0) {
      message.appendByte(SERVICE);
      if (name.length > LOW_BITS) {
        message.appendByte((byte) (name.length & LOW_BITS | MORE));
      }
      message.appendByte((byte) (name.length > LOW_BITS ? name.length >> 7 : name.length));
      message.appendBytes(name);
    }
    Buffer frame =
        Buffer.buffer().appendByte((byte) 0).appendInt(message.length()).appendBuffer(message);
    RequestOptions options =
        new RequestOptions().setMethod(HttpMethod.POST).setURI("/grpc.health.v1.Health/Check");
    return connection
        .request(options)
        .compose(
            request -> {
              request
                  .putHeader("content-type", "application/grpc")
                  .putHeader("te", "trailers")
                  .putHeader("grpc-timeout", patience.toMillis() + "m");
              return request.send(frame);
            })
        .compose(GrpcProbe::read);
  }

  private static Future<ProbeResult> read(HttpClientResponse response) {
    Buffer body = Buffer.buffer();
    response.handler(
        part -> body.appendBuffer(part, 0, Math.min(part.length(), MOST_READ - body.length())));
    return response.end().map(ended -> judged(response, body));
  }

  private static ProbeResult judged(HttpClientResponse response, Buffer body) {
    String trailer = response.getTrailer("grpc-status");
    String status = trailer == null ? response.getHeader("grpc-status") : trailer;
    if (!"0".equals(status)) {
      return ProbeResult.failed(
          status == null ? "the answer is not one of gRPC" : "status " + status + " of gRPC");
    }
    boolean isTold = body.length() >= HEAD + 2 && body.getByte(HEAD) == STATUS;
    int serving = isTold ? body.getByte(HEAD + 1) : 0;
    return serving == SERVING
        ? ProbeResult.well()
        : ProbeResult.failed("it says that it is " + word(serving));
  }

  private static String word(int serving) {
    return serving >= 0 && serving < WORDS.size() ? WORDS.get(serving) : "in state " + serving;
  }
}
