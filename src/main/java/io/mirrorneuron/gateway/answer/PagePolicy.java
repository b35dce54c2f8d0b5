package io.mirrorneuron.gateway.answer;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;

/**
 * Browser policy of an answer. Every answer starts with {@link #NO_PAGE}; handlers of pages replace
 * it.
 *
 * @param content which content a page may load, and which pages may frame it ({@code
 *     Content-Security-Policy})
 * @param caching {@code Cache-Control}
 */
public record PagePolicy(CharSequence content, CharSequence caching) {
  /** Policy of answers that are no pages: in a browser they load and run nothing. */
  static final PagePolicy NO_PAGE = of("default-src 'none'; frame-ancestors 'none'", "no-store");

  private static final CharSequence CONTENT =
      HttpHeaders.createOptimized("content-security-policy");

  public static PagePolicy of(String content, String caching) {
    return new PagePolicy(
        HttpHeaders.createOptimized(content), HttpHeaders.createOptimized(caching));
  }

  public void apply(HttpServerResponse answer) {
    MultiMap headers = answer.headers();
    headers.set(CONTENT, content);
    headers.set(HttpHeaders.CACHE_CONTROL, caching);
  }
}
