package io.mirrorneuron.testing;

import io.vertx.core.Vertx;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.PemKeyCertOptions;

/** A port that is reached by TLS before one of this machine that is not. Ends with its Vert.x. */
public final class TlsWire {
  private TlsWire() {}

  /** Answers the port. */
  public static int before(Vertx vertx, int port, TestCertificate certificate) {
    NetServerOptions options =
        new NetServerOptions()
            .setHost("127.0.0.1")
            .setPort(0)
            .setSsl(true)
            .setKeyCertOptions(
                new PemKeyCertOptions()
                    .addKeyPath(certificate.keyPem().toString())
                    .addCertPath(certificate.pem().toString()));
    return vertx
        .createNetServer(options)
        .connectHandler(from -> join(vertx, from, port))
        .exceptionHandler(refused -> {}) // clients that trust somebody else
        .listen()
        .await()
        .actualPort();
  }

  private static void join(Vertx vertx, NetSocket from, int port) {
    from.pause();
    vertx
        .createNetClient()
        .connect(port, "127.0.0.1")
        .onSuccess(
            to -> {
              from.pipeTo(to);
              to.pipeTo(from);
            })
        .onFailure(away -> from.close());
  }
}
