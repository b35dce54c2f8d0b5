package io.mirrorneuron.gateway;

import io.mirrorneuron.gateway.answer.BadHeads;
import io.mirrorneuron.gateway.answer.CommonHeaders;
import io.mirrorneuron.listen.BadRequest;
import io.mirrorneuron.listen.Http2RequestHead;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where each request comes in. Its answer gets what all answers have before anything else can
 * answer; heads of HTTP/2 are looked at as those of HTTP/1.1 have been before; and what is asked of
 * the server as a whole ({@code OPTIONS *}), which has no path that the router could follow, is
 * answered.
 */
record RequestDoor(CommonHeaders headers, BadHeads badHeads, Router router)
    implements Handler<HttpServerRequest> {
  private static final String METHODS =
      Stream.of(
              HttpMethod.GET,
              HttpMethod.HEAD,
              HttpMethod.POST,
              HttpMethod.PUT,
              HttpMethod.PATCH,
              HttpMethod.DELETE,
              HttpMethod.OPTIONS)
          .map(HttpMethod::name)
          .collect(Collectors.joining(", "));

  @Override
  public void handle(HttpServerRequest request) {
    headers.apply(request);
    BadRequest fault =
        request.version() == HttpVersion.HTTP_2 ? Http2RequestHead.fault(request) : null;
    if (fault != null) {
      badHeads.refuse(request, fault);
    } else if (request.uri().equals("*")) {
      request.response().setStatusCode(204).putHeader(HttpHeaders.ALLOW, METHODS).end();
    } else {
      router.handle(request);
    }
  }
}
