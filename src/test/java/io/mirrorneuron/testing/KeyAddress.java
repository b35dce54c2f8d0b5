package io.mirrorneuron.testing;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The address at which an issuer shows its keys, on this machine; or something worse there. */
public final class KeyAddress implements AutoCloseable {
  private final Vertx vertx = Vertx.vertx();
  private final AtomicInteger asked = new AtomicInteger();
  private final int port;
  private volatile Handler<HttpServerRequest> answer = request -> {};
  private HttpServer server;

  public KeyAddress() throws Exception {
    server = listen(0);
    port = server.actualPort();
  }

  private HttpServer listen(int wanted) throws Exception {
    return vertx
        .createHttpServer()
        .requestHandler(
            request -> {
              asked.incrementAndGet();
              answer.handle(request);
            })
        .listen(wanted, "127.0.0.1")
        .await(10, TimeUnit.SECONDS);
  }

  public URI uri() {
    return URI.create("http://127.0.0.1:" + port + "/keys");
  }

  /** How often it was asked. */
  public int asked() {
    return asked.get();
  }

  public void shows(String document) {
    answer = request -> request.response().end(document);
  }

  public void answers(Handler<HttpServerRequest> other) {
    answer = other;
  }

  /** Does something again and again until this is closed. */
  public void every(int millis, Runnable action) {
    vertx.setPeriodic(millis, tick -> action.run());
  }

  /** Nothing listens there from now on. */
  public void goAway() throws Exception {
    server.close().await(10, TimeUnit.SECONDS);
  }

  public void comeBack() throws Exception {
    server = listen(port);
  }

  @Override
  public void close() {
    vertx.close().await();
  }
}
