package io.mirrorneuron.runtime.service;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.grpc.health.v1.HealthCheckResponse;
import io.vertx.grpc.health.v1.HealthCheckResponse.ServingStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Real servers that are well or not, as a test wants them. */
public final class Listeners implements AutoCloseable {
  private final Vertx vertx = Vertx.vertx();
  private final List<HttpServer> servers = new ArrayList<>();
  private final AtomicInteger asked = new AtomicInteger();
  private final AtomicInteger open = new AtomicInteger();
  private volatile boolean well = true;

  public void well(boolean isWell) {
    well = isWell;
  }

  /** How often any of them was asked. */
  public int asked() {
    return asked.get();
  }

  /** How many connections to them are open. */
  public int open() {
    return open.get();
  }

  public Vertx vertx() {
    return vertx;
  }

  /** Answers 200 or 500; {@code /redirect}, {@code /endless} and {@code /drip} are as they say. */
  public int http() {
    return listen(
        request -> {
          asked.incrementAndGet();
          HttpServerResponse response = request.response();
          switch (request.path()) {
            case "/redirect" ->
                response.setStatusCode(302).putHeader("location", "http://169.254.169.254/").end();
            case "/endless" -> endless(response.setChunked(true));
            case "/drip" -> {
              response.setChunked(true);
              vertx.setPeriodic(20, tick -> response.write("x"));
            }
            case "/silent" -> {}
            case "/echo" ->
                request
                    .body()
                    .onSuccess(
                        body ->
                            response.end(
                                request.method()
                                    + " "
                                    + request.authority()
                                    + " "
                                    + request.getHeader("x-token")
                                    + " "
                                    + body));
            default -> response.setStatusCode(well ? 200 : 500).end("all is well");
          }
        });
  }

  private void endless(HttpServerResponse response) {
    response.write(Buffer.buffer(new byte[8192])).onSuccess(written -> endless(response));
  }

  /** A gRPC server with the standard health service. */
  public int grpc() {
    return listen(
        request -> {
          asked.incrementAndGet();
          if (!request.path().equals("/grpc.health.v1.Health/Check")
              || request.method() != HttpMethod.POST) {
            request.response().setStatusCode(404).end();
            return;
          }
          byte[] message =
              HealthCheckResponse.newBuilder()
                  .setStatus(well ? ServingStatus.SERVING : ServingStatus.NOT_SERVING)
                  .build()
                  .toByteArray();
          request
              .response()
              .putHeader("content-type", "application/grpc")
              .putTrailer("grpc-status", "0")
              .setChunked(true)
              .end(
                  Buffer.buffer()
                      .appendByte((byte) 0)
                      .appendInt(message.length)
                      .appendBytes(message));
        });
  }

  private int listen(Handler<HttpServerRequest> handler) {
    HttpServer server =
        vertx
            .createHttpServer(new HttpServerOptions().setHttp2ClearTextEnabled(true))
            .requestHandler(handler)
            .connectionHandler(
                connection -> {
                  open.incrementAndGet();
                  connection.closeHandler(closed -> open.decrementAndGet());
                })
            .listen(0, "127.0.0.1")
            .await();
    servers.add(server);
    return server.actualPort();
  }

  @Override
  public void close() {
    vertx.close().await();
  }
}
