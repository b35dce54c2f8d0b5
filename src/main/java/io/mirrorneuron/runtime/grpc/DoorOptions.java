package io.mirrorneuron.runtime.grpc;

import io.mirrorneuron.config.PemFiles;
import io.mirrorneuron.security.MutualTls;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.grpc.server.GrpcProtocol;
import io.vertx.grpc.server.GrpcServerOptions;

/** What connections to the gRPC door may use up, and which protocols it speaks. */
final class DoorOptions {
  private static final int STREAMS_PER_CONNECTION = 10_000;

  /** A gateway cancels one stream for each reader that leaves, all on one connection. */
  private static final int CANCELS_PER_WINDOW = 10_000;

  private static final int WINDOW_BYTES = 1024 * 1024;

  private DoorOptions() {}

  static GrpcServerOptions grpc(long longestMessage) {
    // gRPC-Web and transcoding would let a browser's simple requests in.
    return new GrpcServerOptions()
        .removeEnabledProtocol(GrpcProtocol.WEB)
        .removeEnabledProtocol(GrpcProtocol.WEB_TEXT)
        .removeEnabledProtocol(GrpcProtocol.TRANSCODING)
        .setScheduleDeadlineAutomatically(true)
        .setMaxMessageSize(longestMessage);
  }

  /**
   * @param tls null for plain text
   */
  static HttpServerOptions http(PemFiles tls) {
    return tls == null
        ? http().setHttp2ClearTextEnabled(true)
        : MutualTls.door(http().setHttp2ClearTextEnabled(false), tls);
  }

  private static HttpServerOptions http() {
    return new HttpServerOptions()
        .setTcpKeepAlive(true)
        .setHttp2RstFloodMaxRstFramePerWindow(CANCELS_PER_WINDOW)
        .setHttp2ConnectionWindowSize(4 * WINDOW_BYTES)
        .setInitialSettings(
            new Http2Settings()
                .setMaxConcurrentStreams(STREAMS_PER_CONNECTION)
                .setInitialWindowSize(WINDOW_BYTES)
                .setMaxHeaderListSize(16 * 1024));
  }
}
