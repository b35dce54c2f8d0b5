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
 * Connections of checks and webhooks over HTTP, from two clients that all of a kind share. Each
 * question has a connection of its own, to an address that was judged, which is closed when its
 * time is over at the latest. Blocking.
 */
public final class Connections implements AutoCloseable {
  private final HttpClientAgent plain;
  private final HttpClientAgent multiplexed;

  public Connections(Vertx vertx) {
    this(vertx, new HttpClientOptions());
  }

  /**
   * @param options beside what all connections have, such as whom they trust
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
   * Where a question goes.
   *
   * @param host as it is called, which the server is told
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

  /** The same over HTTP/2. */
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

  /** What a stranger answers is told to who asked, and is nothing for the log of this server. */
  private static void listen(HttpConnection connection) {
    connection.exceptionHandler(wrong -> {});
  }

  @Override
  public void close() {
    plain.close();
    multiplexed.close();
  }
}
