package io.mirrorneuron.gateway.answer;

import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * The first handler of each request: gives it an id, and its answer the headers that all answers
 * have.
 */
public final class CommonHeaders implements Handler<RoutingContext> {
  static final CharSequence REQUEST_ID = HttpHeaders.createOptimized("x-request-id");
  private static final CharSequence NO_SNIFF_NAME =
      HttpHeaders.createOptimized("x-content-type-options");
  private static final CharSequence NO_SNIFF = HttpHeaders.createOptimized("nosniff");
  private static final CharSequence FRAMES_NAME = HttpHeaders.createOptimized("x-frame-options");
  private static final CharSequence FRAMES = HttpHeaders.createOptimized("DENY");
  private static final CharSequence REFERRER_NAME = HttpHeaders.createOptimized("referrer-policy");
  private static final CharSequence REFERRER = HttpHeaders.createOptimized("no-referrer");

  private static final Pattern ACCEPTABLE = Pattern.compile("[A-Za-z0-9._:/+=-]{1,128}");

  private final Supplier<String> ids;

  public CommonHeaders(Supplier<String> ids) {
    this.ids = ids;
  }

  @Override
  public void handle(RoutingContext ctx) {
    String given = ctx.request().getHeader(REQUEST_ID);
    String id = given != null && ACCEPTABLE.matcher(given).matches() ? given : ids.get();
    MultiMap headers = ctx.response().headers();
    headers.set(REQUEST_ID, id);
    headers.set(NO_SNIFF_NAME, NO_SNIFF);
    headers.set(FRAMES_NAME, FRAMES);
    headers.set(REFERRER_NAME, REFERRER);
    PagePolicy.NO_PAGE.apply(ctx.response());
    ctx.next();
  }

  /** The id that the answer carries. */
  static String requestId(HttpServerRequest request) {
    return request.response().headers().get(REQUEST_ID);
  }
}
