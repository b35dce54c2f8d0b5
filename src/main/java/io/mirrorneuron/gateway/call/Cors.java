package io.mirrorneuron.gateway.call;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;

/**
 * Lets pages of the listed origins call; {@code *} allows every origin. The headers are set before
 * any failure, so that error answers have them, too. Without listed origins it does nothing.
 */
public final class Cors {
  private static final String METHODS = "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT";
  private static final String EXPOSED =
      "X-Request-Id, Retry-After, Location, ETag, Content-Range, Content-Disposition,"
          + " Preference-Applied";

  private final Origins origins;

  public Cors(Origins origins) {
    this.origins = origins;
  }

  /** Whether the request continues; a preflight request is answered here. */
  public boolean admits(RoutingContext ctx) {
    if (origins.isEmpty()) {
      return true;
    }
    MultiMap headers = ctx.response().headers();
    headers.set(HttpHeaders.VARY, HttpHeaders.ORIGIN);
    String origin = ctx.request().getHeader(HttpHeaders.ORIGIN);
    boolean listed = origin != null && origins.isListed(origin);
    if (listed) {
      headers.set(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, origin);
      headers.set(HttpHeaders.ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
      headers.set(HttpHeaders.ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    }
    boolean isQuestion = isPreflight(ctx, origin);
    if (isQuestion) {
      answerPreflight(ctx, listed);
    }
    return !isQuestion;
  }

  private static boolean isPreflight(RoutingContext ctx, String origin) {
    return origin != null
        && ctx.request().method().equals(HttpMethod.OPTIONS)
        && ctx.request().headers().contains(HttpHeaders.ACCESS_CONTROL_REQUEST_METHOD);
  }

  private static void answerPreflight(RoutingContext ctx, boolean listed) {
    var response = ctx.response().putHeader(HttpHeaders.CONTENT_TYPE, "text/plain; charset=utf-8");
    if (!listed) {
      response.setStatusCode(400).end("Disallowed CORS origin");
      return;
    }
    response.putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_METHODS, METHODS);
    String wanted = ctx.request().getHeader(HttpHeaders.ACCESS_CONTROL_REQUEST_HEADERS);
    if (wanted != null) {
      response.putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_HEADERS, wanted);
    }
    response.putHeader(HttpHeaders.ACCESS_CONTROL_MAX_AGE, "600").end("OK");
  }
}
