package io.mirrorneuron.runtime.service;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientConnection;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpConnectOptions;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.SocketAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * HTTP connections of checks and webhooks, from two shared clients. Each request has its own
 * connection to a judged address, closed at its timeout at the latest. Blocking.
 */
public final class Connections implements AutoCloseable {
  private final HttpClientAgent plain;
  private final HttpClientAgent multiplexed;

  public Connections(Vertx vertx) {
    this(vertx, new HttpClientOptions());
  }

  /**
   * @param options further ones, such as trusted certificates
   */
  public Connections(Vertx vertx, HttpClientOptions options) {
    this.plain =
        vertx.createHttpClient(options.setKeepAlive(false).setDecompressionSupported(false));
    this.multiplexed =
        vertx.createHttpClient(
            new HttpClientOptions()
                .setProtocolVersion(HttpVersion.HTTP_2)
                .setHttp2ClearTextUpgrade(false));
  }

  /**
   * Where a request goes.
   *
   * @param host name sent to the server
   */
  public record Peer(InetSocketAddress address, String host, boolean tls) {
    public int port() {
      return address.getPort();
    }
  }

  public <T> T ask(Peer peer, Duration patience, Function<HttpClientConnection, Future<T>> question)
      throws TimeoutException {
    return over(plain, peer, patience, question);
  }

  /** Over HTTP/2. */
  <T> T ask2(Peer peer, Duration patience, Function<HttpClientConnection, Future<T>> question)
      throws TimeoutException {
    return over(multiplexed, peer, patience, question);
  }

  private static <T> T over(
      HttpClientAgent client,
      Peer peer,
      Duration patience,
      Function<HttpClientConnection, Future<T>> question)
      throws TimeoutException {
    HttpConnectOptions options =
        new HttpConnectOptions()
            .setServer(
                SocketAddress.inetSocketAddress(
                    peer.port(), peer.address().getAddress().getHostAddress()))
            .setHost(peer.host())
            .setPort(peer.port())
            .setSsl(peer.tls())
            .setConnectTimeout((int) patience.toMillis());
    Future<HttpClientConnection> connection =
        client
            .connect(options)
            .onSuccess(Connections::listen); // first, as its peer may already talk nonsense
    try {
      return connection.compose(question).await(patience.toMillis(), TimeUnit.MILLISECONDS);
    } finally {
      connection.onSuccess(HttpConnection::close); // also one that comes too late
    }
  }

  /** Errors of a peer go to the caller, not to this server's log. */
  private static void listen(HttpConnection connection) {
    connection.exceptionHandler(wrong -> {});
  }

  @Override
  public void close() {
    plain.close();
    multiplexed.close();
  }
}
