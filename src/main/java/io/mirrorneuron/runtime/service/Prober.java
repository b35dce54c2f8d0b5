package io.mirrorneuron.runtime.service;

import io.mirrorneuron.runtime.manifest.graph.CheckDefinition;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/** Makes checks. Blocking, each within its timeout; thread-safe. A failure is an answer, too. */
public final class Prober implements AutoCloseable {
  private static final int MOST_SAID = 200;
  private static final Duration LONGEST_ONCE = Duration.ofSeconds(5);

  /** Why no program checks anything, for who wants that. */
  static final String NO_SCRIPTS =
      "scripts check nothing here unless the operator allows it"
          + " (core.allow_script_checks, MN_CORE_ALLOW_SCRIPT_CHECKS)";

  private final AddressGuard guard;
  private final Connections connections;
  private final HttpProbe http;
  private final GrpcProbe grpc;
  private final Scripts scripts;

  /** Runs programs that check something. */
  public interface Scripts {
    /**
     * @param folder to run in; null when the bundle has none
     * @return why it failed, or null
     */
    String run(List<String> command, Path folder, Map<String, String> variables, Duration limit);
  }

  /**
   * @param guard says where checks may go; closed with this
   * @param scripts null where no operator has allowed them
   */
  public Prober(Vertx vertx, AddressGuard guard, Scripts scripts) {
    this.guard = guard;
    this.connections = new Connections(vertx);
    this.http = new HttpProbe(guard, connections);
    this.grpc = new GrpcProbe(guard, connections);
    this.scripts = scripts;
  }

  /**
   * Makes one check for somebody who waits for it. Programs check registered services only: those
   * came with the files of a bundle.
   */
  public ProbeResult askOnce(CheckDefinition check, CheckTarget target) {
    return check.type() == CheckDefinition.Type.SCRIPT
        ? ProbeResult.failed("programs check registered services only")
        : ask(check.once(LONGEST_ONCE), target);
  }

  /** Makes one check. */
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
    } catch (NotAsked e) {
      return ProbeResult.failed("not asked: " + e.getMessage());
    } catch (TimeoutException | SocketTimeoutException e) {
      return ProbeResult.failed("no answer within " + check.timeout().toMillis() + " ms");
    } catch (SocketException | UnknownHostException | SSLException | IllegalStateException e) {
      return ProbeResult.failed("no connection: " + said(e));
    } catch (Exception e) { // what speaks another protocol is heard before it is connected
      return ProbeResult.failed("bad answer: " + said(e));
    }
  }

  /**
   * What the network says, in one line. A stranger's bytes may be in it: none steers a terminal.
   */
  private static String said(Exception e) {
    String message = e.getMessage() == null ? kind(e) : e.getMessage();
    String line = message.lines().findFirst().orElse("").replaceAll("[^\\x20-\\x7e]", "?");
    return line.length() <= MOST_SAID ? line : line.substring(0, MOST_SAID) + "...";
  }

  private static String kind(Exception e) {
    return (e.getCause() == null ? e : e.getCause()).getClass().getSimpleName();
  }

  private ProbeResult tcp(CheckDefinition check, CheckTarget target) throws NotAsked, IOException {
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
}
