package io.mirrorneuron.runtime.embedded;

import io.mirrorneuron.config.RedisSettings;
import io.mirrorneuron.config.RedisSettings.RedisUrl;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/** Explains in one sentence why Redis cannot be used, and which setting that is about. */
final class RedisConnectFailure {
  private static final String SILENT = "does not answer";
  private static final String LATE =
      "does not answer within " + RuntimeRedis.CONNECT_SECONDS + " seconds";
  private static final String UNUSABLE = "cannot be used: ";

  private RedisConnectFailure() {}

  /**
   * @param named its address in the settings
   */
  static MnException of(Throwable failure, RedisSettings named) {
    if (failure instanceof MnException known && known.code() == ErrorCode.PRECONDITION) {
      return known; // it answers, and must not be used
    }
    if (named.isEmbedded()) {
      return MnException.unavailable("Redis does not answer", failure);
    }
    String words =
        named.url() != null
            ? "Redis at redis.url %s %s; correct it (MN_REDIS_URL)"
                .formatted(RedisUrl.shown(named.url().toString()), said(failure, named.url()))
            : "Redis by %s %s %s; correct it (MN_%s)"
                .formatted(
                    named.names().setting(),
                    String.join(", ", named.names().addresses()),
                    said(failure),
                    named.names().setting().replace('.', '_').toUpperCase(Locale.ROOT));
    return MnException.unavailable(words, failure);
  }

  /**
   * The fault, to complete a sentence that begins with the address. If the failure does not show
   * it, probes the server at that address.
   *
   * @param url its address
   */
  static String said(Throwable failure, URI url) {
    String said = said(failure);
    boolean isReported = !said.equals(SILENT) && !said.equals(LATE) && !said.startsWith(UNUSABLE);
    return isReported ? said : SpokenTls.mismatch(url).orElse(said);
  }

  private static String said(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      String words = String.valueOf(cause.getMessage());
      if (words.startsWith("WRONGPASS")
          || words.startsWith("ERR AUTH")
          || words.startsWith("ERR invalid password")) {
        return "refuses the user or the password";
      }
      if (words.startsWith("NOAUTH")) {
        return "asks for a password, which the address redis://:PASSWORD@host:port would have";
      }
      String small = words.toLowerCase(Locale.ROOT);
      String certificate = ofCertificate(small);
      if (!certificate.isEmpty()) {
        return certificate;
      }
      if (small.contains("refused")) {
        return "does not answer: nothing listens there";
      }
      if (small.contains("resolve")) {
        return "does not answer: there is no host of that name";
      }
      if (small.contains("cluster support disabled")) {
        return "is no Redis Cluster, but a server by itself, which redis.url would name";
      }
      if (cause instanceof FileNotFoundException
          || small.contains("no such file")
          || small.contains("not a directory")) {
        return "does not answer: there is no such socket";
      }
      if (cause instanceof TimeoutException) {
        return LATE;
      }
      if (cause instanceof ConnectException) {
        return SILENT;
      }
    }
    String words = failure.getMessage();
    return UNUSABLE + (words == null ? failure.getClass().getSimpleName() : words);
  }

  /** Empty if it is not about a certificate. */
  private static String ofCertificate(String small) {
    if (small.contains("pkix path")) {
      return "shows a certificate that nobody who is trusted has signed; redis.tls_ca"
          + " (MN_REDIS_TLS_CA) names a file of who did";
    }
    return small.contains("no name matching") || small.contains("no subject alternative")
        ? "shows a certificate for another host"
        : "";
  }

  /**
   * Finds out whether the server at an address speaks TLS, after a failed connection: a server
   * addressed in the wrong way mostly does not answer at all. Blocking, for some seconds at most.
   */
  private static final class SpokenTls {
    private static final int PATIENCE_MS = 2000;
    private static final int USUAL_PORT = 6379;

    private SpokenTls() {}

    /**
     * A mismatch between the server and the URL, to complete a sentence that begins with the
     * address; empty if there is none, or it is unknown.
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

    /** Redis answers this without a password, too. */
    private static boolean isPlain(String host, int port) {
      try (Socket socket = connected(host, port)) {
        socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
        int first = socket.getInputStream().read();
        return first == '+' || first == '-';
      } catch (IOException e) {
        return false;
      }
    }

    /** Whether it shows a certificate, whatever its authority. */
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
}
