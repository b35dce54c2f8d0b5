package io.mirrorneuron.gateway.call;

import io.mirrorneuron.config.HostName;
import io.mirrorneuron.gateway.answer.Problem;
import io.mirrorneuron.gateway.answer.Problems;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Set;

/**
 * Prevents pages of other sites from acting through their reader's browser, which sends requests to
 * any address, including the reader's own machine. Recognises such requests by headers that
 * browsers set and pages cannot change: {@code Host}, {@code Origin} and {@code Sec-Fetch-Site}.
 * Programs send no origin and pass. Runs on one event loop.
 */
public final class PageGuard {
  private static final Set<HttpMethod> SAFE =
      Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);
  private static final Set<String> NEAR = Set.of("same-origin", "none");

  private final Set<String> hosts;
  private final boolean asksWhoCalls;
  private final boolean anyHost;
  private final Origins origins;
  private String lastHost;

  /**
   * @param hosts names of this server, beside those of loopback, in lower case
   * @param listed whether names are configured: then only those count
   * @param asksWhoCalls whether tokens are required: then DNS rebinding is useless for a page, and
   *     any name is accepted unless names are configured
   */
  public PageGuard(Set<String> hosts, boolean listed, boolean asksWhoCalls, Origins origins) {
    this.hosts = Set.copyOf(hosts);
    this.asksWhoCalls = asksWhoCalls;
    this.anyHost = asksWhoCalls && !listed;
    this.origins = origins;
  }

  /** Whether the request continues; a refused one is answered here. */
  public boolean admits(RoutingContext ctx) {
    HttpServerRequest request = ctx.request();
    String host = host(request);
    if (host == null && request.version() != HttpVersion.HTTP_1_0) {
      Problems.send(ctx, Problem.malformed("the request must name its host once"));
    } else if (host != null && !host.equals(lastHost) && !permits(host)) {
      Problems.send(ctx, Problem.hostNotAllowed(asksWhoCalls));
    } else {
      lastHost = host;
      if (SAFE.contains(request.method()) || mayAct(request, host)) {
        return true;
      }
      Problems.send(ctx, Problem.originNotAllowed());
    }
    return false;
  }

  /**
   * Whether a WebSocket may be opened: browsers open one to any site, without a preflight request.
   */
  public boolean permitsSocket(HttpServerRequest request) {
    return mayAct(request, host(request));
  }

  private boolean permits(String host) {
    return anyHost
        || HostName.of(host)
            .filter(name -> HostName.isLoopback(name) || hosts.contains(name))
            .isPresent();
  }

  private boolean mayAct(HttpServerRequest request, String host) {
    List<String> named = request.headers().getAll(HttpHeaders.ORIGIN);
    boolean near = NEAR.containsAll(request.headers().getAll("Sec-Fetch-Site"));
    if (named.isEmpty()) {
      return near;
    }
    return named.size() == 1
        && (origins.isListed(named.getFirst())
            || near && host != null && origins.isOwn(named.getFirst(), host));
  }

  /** Null when absent; for HTTP/2, {@code Host} was already compared with the authority. */
  private static String host(HttpServerRequest request) {
    return request.version() == HttpVersion.HTTP_2 && request.authority() != null
        ? request.authority().toString()
        : request.getHeader(HttpHeaders.HOST);
  }
}
