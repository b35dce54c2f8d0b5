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
 * How connections to runtimes are made; each is made when it is needed.
 *
 * @param timeout longest time to connect, if that is shorter than usual; zero means none
 * @param tls null for plain text
 */
record GrpcConnections(Vertx vertx, Duration timeout, PemFiles tls) {
  private static final long MAX_MESSAGE_BYTES = 256L * 1024 * 1024;
  private static final int WINDOW_BYTES = 1024 * 1024;
  private static final int STREAM_WINDOW_BYTES = 128 * 1024;
  private static final int STREAMS = 512;
  private static final Duration LONGEST_CONNECT = Duration.ofSeconds(5);

  /** For calls to any server. */
  GrpcClient calls() {
    return client(options());
  }

  /**
   * For streams whose readers may be slow: each holds a small window, so that it takes hundreds to
   * use up the connection.
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
