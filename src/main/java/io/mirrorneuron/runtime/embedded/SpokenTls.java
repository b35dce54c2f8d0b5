package io.mirrorneuron.runtime.embedded;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.util.Optional;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * Finds out whether who listens at an address speaks TLS or not, once a connection has failed: one
 * who is spoken to in the wrong way mostly says nothing at all. Blocking, for some seconds at most.
 */
final class SpokenTls {
  private static final int PATIENCE_MS = 2000;
  private static final int USUAL_PORT = 6379;

  private SpokenTls() {}

  /**
   * That it is the other way round than the URL says, to complete a sentence that begins with where
   * Redis is; empty where it is not, or cannot be told.
   */
  static Optional<String> mismatch(URI url) {
    if (url.getHost() == null) {
      return Optional.empty();
    }
    int port = url.getPort() < 0 ? USUAL_PORT : url.getPort();
    String host = url.getHost().replaceAll("[\\[\\]]", "");
    return switch (url.getScheme()) {
      case "rediss" ->
          isPlain(host, port)
              ? Optional.of(
                  "does not speak TLS there, which rediss:// stands for; redis:// may be meant")
              : Optional.empty();
      case "redis" ->
          isTls(host, port)
              ? Optional.of("speaks TLS there; rediss:// may be meant, which stands for TLS")
              : Optional.empty();
      default -> Optional.empty();
    };
  }

  /** Redis answers this also who has not shown a password. */
  private static boolean isPlain(String host, int port) {
    try (Socket socket = connected(host, port)) {
      socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
      int first = socket.getInputStream().read();
      return first == '+' || first == '-';
    } catch (IOException e) {
      return false;
    }
  }

  /** Whether it shows a certificate, whoever has signed that. */
  private static boolean isTls(String host, int port) {
    SSLSocketFactory factory = (SSLSocketFactory) SSLSocketFactory.getDefault();
    try (Socket plain = connected(host, port);
        SSLSocket socket = (SSLSocket) factory.createSocket(plain, host, port, true)) {
      socket.startHandshake();
      return true;
    } catch (IOException e) {
      for (Throwable cause = e; cause != null; cause = cause.getCause()) {
        if (cause instanceof CertificateException) {
          return true;
        }
      }
      return false;
    }
  }

  private static Socket connected(String host, int port) throws IOException {
    Socket socket = new Socket();
    try {
      socket.connect(new InetSocketAddress(host, port), PATIENCE_MS);
      socket.setSoTimeout(PATIENCE_MS);
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }
}
