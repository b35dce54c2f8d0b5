package io.mirrorneuron.bench;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The least that a read of a job can cost on Vert.x: each request asks Redis for one key and is
 * answered with its bytes. And the least that a live stream can cost: what is posted to a path
 * below {@link #STREAM} is written to all who wait there. And the least that a job can cost, see
 * {@link BareChains}. No router, no contract, no bus. Runs in a process of its own.
 */
public final class FloorServer extends VerticleBase {
  static final String STREAM = "/stream/";

  private final int port;
  private final Map<String, Set<HttpServerResponse>> followers = new HashMap<>();
  private final String redisUri;
  private final String key;
  private RedisConnection redis;
  private BareChains chains;

  private FloorServer(int port, String redisUri, String key) {
    this.port = port;
    this.redisUri = redisUri;
    this.key = key;
  }

  /** Starts it with the JVM options that the launcher of {@code mn} has. */
  static Started start(String redisUri, String key, Path log) throws IOException {
    int port = Plan.freePort();
    List<String> command =
        List.of(
            System.getProperty("java.home") + File.separator + "bin/java",
            "-XX:+UseSerialGC",
            "-Xms64m",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            System.getProperty("java.class.path"),
            FloorServer.class.getName(),
            Integer.toString(port),
            redisUri,
            key);
    return Started.start(command, Map.of(), port, "/", log);
  }

  /**
   * @param arguments port, connection string, key
   */
  public static void main(String[] arguments) {
    Vertx.vertx(new VertxOptions().setPreferNativeTransport(true))
        .deployVerticle(new FloorServer(Integer.parseInt(arguments[0]), arguments[1], arguments[2]))
        .await();
  }

  @Override
  public Future<?> start() {
    return Redis.createClient(vertx, new RedisOptions().setConnectionString(redisUri))
        .connect()
        .onSuccess(connection -> redis = connection)
        .onSuccess(connection -> chains = new BareChains(vertx, connection))
        .compose(
            connected ->
                vertx.createHttpServer().requestHandler(this::answer).listen(port, "localhost"));
  }

  private void answer(HttpServerRequest request) {
    if (request.path().startsWith(STREAM)) {
      stream(request);
    } else if (request.path().startsWith(BareChains.PATH)) {
      request
          .body()
          .compose(job -> chains.run(request.path(), job))
          .onSuccess(ended -> request.response().end("{\"status\":\"completed\"}"))
          .onFailure(failure -> request.response().setStatusCode(500).end(failure.toString()));
    } else {
      row(request);
    }
  }

  private void row(HttpServerRequest request) {
    redis
        .send(Request.cmd(Command.GET).arg(key))
        .onSuccess(
            row ->
                request
                    .response()
                    .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                    .end(row == null ? Buffer.buffer() : row.toBuffer()))
        .onFailure(failure -> request.response().setStatusCode(500).end());
  }

  private void stream(HttpServerRequest request) {
    Set<HttpServerResponse> here =
        followers.computeIfAbsent(request.path(), absent -> new LinkedHashSet<>());
    if (request.method().equals(HttpMethod.GET)) {
      HttpServerResponse response = request.response().setChunked(true);
      response.closeHandler(closed -> here.remove(response));
      here.add(response);
      response.write("retry: 2000\n\n");
    } else {
      request
          .body()
          .onSuccess(
              body -> {
                here.forEach(response -> response.write(body));
                request.response().end();
              });
    }
  }
}
