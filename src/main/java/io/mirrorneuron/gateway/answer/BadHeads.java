package io.mirrorneuron.gateway.answer;

import io.mirrorneuron.listen.BadRequest;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers requests whose head (request line and headers) is refused before routing. Vert.x closes
 * the connection after the answer.
 */
public final class BadHeads implements Handler<HttpServerRequest> {
  private static final Logger log = LoggerFactory.getLogger(BadHeads.class);

  private final Supplier<String> ids;

  public BadHeads(Supplier<String> ids) {
    this.ids = ids;
  }

  @Override
  public void handle(HttpServerRequest request) {
    Problem problem =
        request.decoderResult().cause() instanceof BadRequest bad
            ? Problem.of(bad)
            : Problem.malformed("the request is not HTTP that this server understands");
    String id = ids.get();
    request
        .response()
        .putHeader(HttpHeaders.CONNECTION, "close")
        .putHeader(CommonHeaders.REQUEST_ID, id);
    answer(request, problem, id);
  }

  /** Answers an HTTP/2 request that has its id; other requests of the connection continue. */
  public void refuse(HttpServerRequest request, BadRequest bad) {
    answer(request, Problem.of(bad), CommonHeaders.requestId(request));
  }

  private static void answer(HttpServerRequest request, Problem problem, String id) {
    log.debug("{}: {}, request {}", request.remoteAddress(), problem.detail(), id);
    request
        .response()
        .setStatusCode(problem.status())
        .putHeader(HttpHeaders.CONTENT_TYPE, "application/problem+json")
        .end(Buffer.buffer(problem.bytes(id)));
  }
}
