package io.mirrorneuron.runtime.service;

import io.mirrorneuron.runtime.manifest.graph.CheckDefinition;
import io.mirrorneuron.runtime.manifest.graph.ServiceDefinition;
import io.mirrorneuron.runtime.service.Connections.Peer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientConnection;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/** Runs checks. Blocking, within each check's timeout. Thread-safe. A failure is a result. */
public final class Prober implements AutoCloseable {
  private static final int MOST_SAID = 200;
  private static final Duration LONGEST_ONCE = Duration.ofSeconds(5);

  /** Message where scripts are not allowed. */
  static final String NO_SCRIPTS =
      "scripts check nothing here unless the operator allows it"
          + " (core.allow_script_checks, MN_CORE_ALLOW_SCRIPT_CHECKS)";

  private final AddressGuard guard;
  private final Connections connections;
  private final HttpProbe http;
  private final GrpcProbe grpc;
  private final Scripts scripts;

  /** Runs check programs. */
  public interface Scripts {
    /**
     * @param folder to run in; null when the bundle has none
     * @return why it failed, or null
     */
    String run(List<String> command, Path folder, Map<String, String> variables, Duration limit);
  }

  /**
   * @param guard allows addresses; closed with this
   * @param scripts null where the operator has not allowed them
   */
  public Prober(Vertx vertx, AddressGuard guard, Scripts scripts) {
    this.guard = guard;
    this.connections = new Connections(vertx);
    this.http = new HttpProbe(guard, connections);
    this.grpc = new GrpcProbe(guard, connections);
    this.scripts = scripts;
  }

  /**
   * Runs one check for a waiting caller. Programs check registered services only: they come with
   * the files of a bundle.
   */
  public ProbeResult askOnce(CheckDefinition check, CheckTarget target) {
    return check.type() == CheckDefinition.Type.SCRIPT
        ? ProbeResult.failed("programs check registered services only")
        : ask(check.once(LONGEST_ONCE), target);
  }

  public ProbeResult ask(CheckDefinition check, CheckTarget target) {
    long begun = System.nanoTime();
    ProbeResult result = asked(check, target);
    return result.after(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun));
  }

  private ProbeResult asked(CheckDefinition check, CheckTarget target) {
    try {
      return switch (check.type()) {
        case HTTP -> http.ask(check, target);
        case TCP -> tcp(check, target);
        case GRPC -> grpc.ask(check, target);
        case SCRIPT -> script(check, target);
      };
    } catch (AddressRefused e) {
      return ProbeResult.failed("not asked: " + e.getMessage());
    } catch (TimeoutException | SocketTimeoutException e) {
      return ProbeResult.failed("no answer within " + check.timeout().toMillis() + " ms");
    } catch (SocketException | UnknownHostException | SSLException | IllegalStateException e) {
      return ProbeResult.failed("no connection: " + said(e));
    } catch (Exception e) { // a peer of another protocol may send before it is connected
      return ProbeResult.failed("bad answer: " + said(e));
    }
  }

  /** The network's message in one line, without the control characters that a peer may send. */
  private static String said(Exception e) {
    String message = e.getMessage() == null ? kind(e) : e.getMessage();
    String line = message.lines().findFirst().orElse("").replaceAll("[^\\x20-\\x7e]", "?");
    return line.length() <= MOST_SAID ? line : line.substring(0, MOST_SAID) + "...";
  }

  private static String kind(Exception e) {
    return (e.getCause() == null ? e : e.getCause()).getClass().getSimpleName();
  }

  private ProbeResult tcp(CheckDefinition check, CheckTarget target)
      throws AddressRefused, IOException {
    InetSocketAddress address =
        guard.judged(target.address(check), target.port(check), target.declared());
    try (Socket socket = new Socket(Proxy.NO_PROXY)) {
      socket.setSoLinger(true, 0); // leaves nothing behind in the kernel
      socket.connect(address, (int) check.timeout().toMillis());
      return ProbeResult.well();
    }
  }

  private ProbeResult script(CheckDefinition check, CheckTarget target) {
    if (scripts == null) {
      return ProbeResult.failed(NO_SCRIPTS);
    }
    if (check.command().isEmpty()) {
      return ProbeResult.failed("the check names no program");
    }
    Map<String, String> variables = new LinkedHashMap<>();
    variables.put("MN_SERVICE_NAME", target.service().name());
    variables.put("MN_SERVICE_ADDRESS", target.address(check));
    variables.put("MN_SERVICE_PORT", Integer.toString(target.port(check)));
    String failure = scripts.run(check.command(), target.folder(), variables, check.timeout());
    return failure == null ? ProbeResult.well() : ProbeResult.failed(failure);
  }

  @Override
  public void close() {
    connections.close();
    guard.close();
  }

  /**
   * Queries the standard gRPC health service, without TLS and with a deadline. Encodes the few
   * bytes itself, so that the connection belongs to this request and ends with it.
   */
  private static final class GrpcProbe {
    private static final int HEAD = 5;
    private static final int MOST_READ = 1024;

    /** First member of the request (text) and of the answer (number). */
    private static final byte SERVICE = 0x0a;

    private static final byte STATUS = 0x08;
    private static final int SERVING = 1;

    /** Lengths are varints: groups of seven bits, low ones first; texts here need two at most. */
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

    ProbeResult ask(CheckDefinition check, CheckTarget target)
        throws AddressRefused, TimeoutException {
      String host = target.address(check);
      Peer peer = new Peer(guard.judged(host, target.port(check), target.declared()), host, false);
      return connections.ask2(
          peer,
          check.timeout(),
          connection ->
              UnreadableAnswer.of(send(connection, check.timeout(), check.grpcService())));
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
      boolean isReported = body.length() >= HEAD + 2 && body.getByte(HEAD) == STATUS;
      int serving = isReported ? body.getByte(HEAD + 1) : 0;
      return serving == SERVING
          ? ProbeResult.well()
          : ProbeResult.failed("it says that it is " + word(serving));
    }

    private static String word(int serving) {
      return serving >= 0 && serving < WORDS.size() ? WORDS.get(serving) : "in state " + serving;
    }
  }

  /**
   * Result of a check.
   *
   * @param message for people; null on success
   */
  public record ProbeResult(boolean ok, String message, long durationMs) {
    static ProbeResult well() {
      return new ProbeResult(true, null, 0);
    }

    static ProbeResult failed(String message) {
      return new ProbeResult(false, message, 0);
    }

    ProbeResult after(long ms) {
      return new ProbeResult(ok, message, ms);
    }
  }

  /**
   * The target of a check.
   *
   * @param service with its templates filled in
   * @param declared ports allowed on this machine
   * @param folder of its bundle's files, in which scripts run; null for none
   */
  public record CheckTarget(ServiceDefinition service, Set<Integer> declared, Path folder) {
    public CheckTarget {
      declared = Set.copyOf(declared);
    }

    String address(CheckDefinition check) {
      return check.address() == null ? service.address() : check.address();
    }

    /** 0 for none. */
    int port(CheckDefinition check) {
      return check.port() == null ? service.portNumber() : ServiceDefinition.number(check.port());
    }
  }

  /** The peer was connected, but its answer cannot be read. */
  static final class UnreadableAnswer extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private UnreadableAnswer(Throwable cause) {
      super(cause.getMessage(), cause, false, false);
    }

    /** The same answer, with failures wrapped. */
    static <T> Future<T> of(Future<T> answer) {
      return answer.recover(wrong -> Future.failedFuture(new UnreadableAnswer(wrong)));
    }
  }

  /** An address is refused; the message gives the reason for people. */
  public static final class AddressRefused extends Exception {
    private static final long serialVersionUID = 1L;

    AddressRefused(String why) {
      super(why, null, false, false);
    }
  }
}
