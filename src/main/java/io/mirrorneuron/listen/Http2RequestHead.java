package io.mirrorneuron.listen;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Map;

/**
 * Checks the head of an HTTP/2 request as {@link RequestHead} does for HTTP/1.1: an accepted head
 * has only one meaning. The codec refuses frames, names and values that HTTP/2 does not allow.
 */
public final class Http2RequestHead {
  private Http2RequestHead() {}

  /** What is wrong, or null. */
  public static BadRequest fault(HttpServerRequest request) {
    try {
      check(request);
      return null;
    } catch (BadRequest e) {
      return e;
    }
  }

  private static void check(HttpServerRequest request) {
    if (request.method() == HttpMethod.CONNECT) {
      throw RequestHead.bad("this server is no proxy: it takes no CONNECT");
    }
    if (request.authority(true) == null) {
      // Of several headers Host without it only the first would be seen.
      throw RequestHead.bad("HTTP/2 needs :authority");
    }
    String host = request.authority(true).toString();
    if (!RequestHead.isAuthority(host)) {
      throw RequestHead.bad(":authority must be one name or address, with or without a port");
    }
    MultiMap headers = request.headers();
    SingleHeaders single = new SingleHeaders();
    for (Map.Entry<String, String> header : headers) {
      single.add(header.getKey());
    }
    List<String> hosts = headers.getAll("host");
    if (hosts.size() > 1) {
      throw RequestHead.twice("Host");
    }
    if (hosts.size() == 1 && !RequestHead.sameHost(hosts.getFirst(), host)) {
      throw RequestHead.bad(":authority names another host than the header Host");
    }
    if (headers.contains("transfer-encoding")) {
      throw RequestHead.bad("HTTP/2 has no Transfer-Encoding");
    }
    String target = request.uri();
    if (!isPath(target) && !(target.equals("*") && request.method() == HttpMethod.OPTIONS)) {
      throw RequestHead.bad("the target must be a path that begins with a slash");
    }
  }

  private static boolean isPath(String target) {
    return target.startsWith("/") && target.chars().allMatch(c -> c > ' ' && c != '#' && c != 0x7f);
  }
}
