package io.mirrorneuron.gateway.answer;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.function.Supplier;

/** Assigns each request an id, and sets the headers that all answers have. */
public final class CommonHeaders {
  static final CharSequence REQUEST_ID = HttpHeaders.createOptimized("x-request-id");
  private static final CharSequence NO_SNIFF_NAME =
      HttpHeaders.createOptimized("x-content-type-options");
  private static final CharSequence NO_SNIFF = HttpHeaders.createOptimized("nosniff");
  private static final CharSequence FRAMES_NAME = HttpHeaders.createOptimized("x-frame-options");
  private static final CharSequence FRAMES = HttpHeaders.createOptimized("DENY");
  private static final CharSequence REFERRER_NAME = HttpHeaders.createOptimized("referrer-policy");
  private static final CharSequence REFERRER = HttpHeaders.createOptimized("no-referrer");

  private static final String MARKS = "._:/+=-";
  private static final int LONGEST_ID = 128;

  private final Supplier<String> ids;

  public CommonHeaders(Supplier<String> ids) {
    this.ids = ids;
  }

  /** Must be called before anything of the answer is written. */
  public void apply(HttpServerRequest request) {
    String given = request.getHeader(REQUEST_ID);
    String id = given != null && isAcceptable(given) ? given : ids.get();
    MultiMap headers = request.response().headers();
    headers.set(REQUEST_ID, id);
    headers.set(NO_SNIFF_NAME, NO_SNIFF);
    headers.set(FRAMES_NAME, FRAMES);
    headers.set(REFERRER_NAME, REFERRER);
    PagePolicy.NO_PAGE.apply(request.response());
  }

  private static boolean isAcceptable(String id) {
    for (int i = 0; i < id.length(); i++) {
      char c = id.charAt(i);
      boolean letter = c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z';
      if (!letter && MARKS.indexOf(c) < 0) {
        return false;
      }
    }
    return !id.isEmpty() && id.length() <= LONGEST_ID;
  }

  static String requestId(HttpServerRequest request) {
    return request.response().headers().get(REQUEST_ID);
  }
}
