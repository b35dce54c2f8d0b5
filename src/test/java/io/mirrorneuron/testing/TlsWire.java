package io.mirrorneuron.testing;

import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.SocketAddress;

/** A port that is reached by TLS before one of this machine that is not. Ends with its Vert.x. */
public final class TlsWire {
  private TlsWire() {}

  /** Answers the port. */
  public static int before(Vertx vertx, int port, TestCertificate certificate) {
    return before(vertx, SocketAddress.inetSocketAddress(port, "127.0.0.1"), certificate);
  }

  /** As the other. */
  public static int before(Vertx vertx, SocketAddress place, TestCertificate certificate) {
    NetServerOptions options =
        new NetServerOptions()
            .setHost("127.0.0.1")
            .setPort(0)
            .setSsl(true)
            .setKeyCertOptions(
                new PemKeyCertOptions()
                    .addKeyPath(certificate.keyPem().toString())
                    .addCertPath(certificate.pem().toString()));
    // A client that nobody refers to is closed by the garbage collector, with its connections.
    NetClient client = vertx.createNetClient();
    return vertx
        .createNetServer(options)
        .connectHandler(from -> join(client, from, place))
        .exceptionHandler(refused -> {}) // clients that trust somebody else
        .listen()
        .await()
        .actualPort();
  }

  private static void join(NetClient client, NetSocket from, SocketAddress place) {
    from.pause();
    client
        .connect(place)
        .onSuccess(
            to -> {
              from.pipeTo(to);
              to.pipeTo(from);
            })
        .onFailure(away -> from.close());
  }
}
