package io.mirrorneuron.client;

import io.mirrorneuron.config.JwtSettings.PemFiles;
import io.mirrorneuron.security.MutualTls;
import io.vertx.core.Vertx;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientOptions;
import java.time.Duration;

/**
 * Makes connections to runtimes.
 *
 * @param timeout connect timeout, if shorter than the default; zero for none
 * @param tls null for plain text
 */
record GrpcConnections(Vertx vertx, Duration timeout, PemFiles tls) {
  private static final long MAX_MESSAGE_BYTES = 256L * 1024 * 1024;
  private static final int WINDOW_BYTES = 1024 * 1024;
  private static final int STREAM_WINDOW_BYTES = 128 * 1024;
  private static final int STREAMS = 512;
  private static final Duration LONGEST_CONNECT = Duration.ofSeconds(5);

  GrpcClient calls() {
    return client(options());
  }

  /**
   * For streams with slow readers: each has a small window, so that only hundreds exhaust the
   * connection.
   */
  GrpcClient streams() {
    return client(
        options()
            .setHttp2ConnectionWindowSize(STREAMS * STREAM_WINDOW_BYTES)
            .setInitialSettings(new Http2Settings().setInitialWindowSize(STREAM_WINDOW_BYTES)));
  }

  private GrpcClient client(HttpClientOptions options) {
    return GrpcClient.client(
        vertx,
        new GrpcClientOptions()
            .setMaxMessageSize(MAX_MESSAGE_BYTES)
            .setScheduleDeadlineAutomatically(true),
        options);
  }

  private HttpClientOptions options() {
    Duration connect =
        timeout.isPositive() && timeout.compareTo(LONGEST_CONNECT) < 0 ? timeout : LONGEST_CONNECT;
    HttpClientOptions options =
        new HttpClientOptions()
            .setProtocolVersion(HttpVersion.HTTP_2)
            .setHttp2ClearTextUpgrade(false)
            .setTcpKeepAlive(true)
            .setHttp2ConnectionWindowSize(4 * WINDOW_BYTES)
            .setInitialSettings(new Http2Settings().setInitialWindowSize(WINDOW_BYTES))
            .setConnectTimeout((int) connect.toMillis());
    return tls == null ? options : MutualTls.client(options, tls);
  }
}
