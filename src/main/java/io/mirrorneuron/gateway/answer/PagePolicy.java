package io.mirrorneuron.gateway.answer;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;

/**
 * What a browser may do with an answer. Every answer starts as {@link #NO_PAGE}; who serves pages
 * puts a policy of their own in its place.
 *
 * @param content which content a page may load, and who may frame it ({@code
 *     Content-Security-Policy})
 * @param caching {@code Cache-Control}
 */
public record PagePolicy(CharSequence content, CharSequence caching) {
  /** Of answers that are no pages: opened in a browser they load and run nothing. */
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
