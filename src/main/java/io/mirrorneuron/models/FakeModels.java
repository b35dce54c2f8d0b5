package io.mirrorneuron.models;

import io.mirrorneuron.models.FakeFault.Door;
import io.mirrorneuron.models.PacedAnswer.Piece;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LenientJson;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A small server that behaves as a model runner without any model: it speaks Docker Model Runner's
 * protocol and, under {@code /v1}, that of any OpenAI-compatible endpoint. For demonstrations, for
 * work without a network, and for tests, which tell it what to do wrong.
 */
public final class FakeModels implements AutoCloseable {
  private static final Duration TICK = Duration.ofMillis(100);
  private static final String JSON = "application/json";

  private final Vertx vertx;
  private final FakeModelsOptions options;
  private final FakeModelStore store;
  private final HttpServer server;
  private final Map<Door, FakeFault> faults = new ConcurrentHashMap<>();
  private final Map<Door, AtomicInteger> asked = new ConcurrentHashMap<>();

  private final AtomicInteger stalled = new AtomicInteger();

  private record Wanted(String from) {}

  private record Progress(String type, String message, long total, long pulled, Layer layer) {}

  private record Layer(String id, long size, long current) {}

  private record Offered(String id, String object, long created, String ownedBy) {}

  private FakeModels(Vertx vertx, FakeModelsOptions options, Clock clock) {
    this.vertx = vertx;
    this.options = options;
    this.store = new FakeModelStore(options, clock);
    this.server = vertx.createHttpServer().requestHandler(this::serve);
  }

  /** Starts one; returns when it listens. */
  public static FakeModels start(Vertx vertx, FakeModelsOptions options, Clock clock) {
    FakeModels fake = new FakeModels(vertx, options, clock);
    fake.server.listen(options.port(), options.host()).await();
    return fake;
  }

  public int port() {
    return server.actualPort();
  }

  /** Where it is, without a slash at the end. */
  public String root() {
    return "http://" + options.host() + ":" + port();
  }

  /** Behaves so at this door from now on. */
  public void behave(Door door, FakeFault fault) {
    faults.put(door, fault);
  }

  /** How often something was asked for at this door. */
  public int asked(Door door) {
    return asked.computeIfAbsent(door, _ -> new AtomicInteger()).get();
  }

  /** How many answers have stopped in the middle and are still waited for. */
  public int stalled() {
    return stalled.get();
  }

  /** Bytes of a model that were pulled so far; 0 of one that it does not know. */
  public long pulled(String model) {
    return store.known(model).map(store::pulled).orElse(0L);
  }

  private void serve(HttpServerRequest request) {
    String path = request.path();
    HttpMethod method = request.method();
    boolean reads = method == HttpMethod.GET;
    if (path.equals("/models") && reads) {
      answer(request, Door.LIST, store.installed());
    } else if (path.matches("/(engines/)?v1/models") && reads) {
      answer(request, Door.LIST, Map.of("object", "list", "data", offered()));
    } else if (path.equals("/models/create") && method == HttpMethod.POST) {
      request.body().onSuccess(body -> pull(request, body));
    } else if (path.matches("/(engines/)?v1/chat/completions") && method == HttpMethod.POST) {
      request.body().onSuccess(body -> chat(request, body));
    } else if (path.startsWith("/models/") && (reads || method == HttpMethod.DELETE)) {
      one(request, path.substring("/models/".length()));
    } else if (path.equals("/elsewhere")) {
      json(request.response(), 200, List.of());
    } else {
      fail(request.response(), 404, "there is nothing at " + path);
    }
  }

  private List<Offered> offered() {
    return store.installed().stream()
        .map(model -> new Offered(model.tags().getFirst(), "model", model.created(), "fake"))
        .toList();
  }

  private void one(HttpServerRequest request, String name) {
    Optional<String> known = store.known(name).filter(store::isInstalled);
    if (known.isEmpty()) {
      fail(request.response(), 404, "model not found");
    } else if (request.method() == HttpMethod.GET) {
      json(request.response(), 200, store.listed(known.get()));
    } else {
      store.remove(known.get());
      json(request.response(), 200, List.of(Map.of("Deleted", known.get())));
    }
  }

  /** A short answer. */
  private void answer(HttpServerRequest request, Door door, Object document) {
    HttpServerResponse response = request.response();
    if (isRefused(request, door)) {
      return;
    }
    String text = Json.write(document);
    int half = text.length() / 2;
    response.putHeader("content-type", JSON).setChunked(true);
    send(request, door, List.of(piece(text.substring(0, half)), piece(text.substring(half))));
  }

  private void pull(HttpServerRequest request, Buffer body) {
    if (isRefused(request, Door.PULL)) {
      return;
    }
    Optional<String> known = store.known(String.valueOf(read(body, Wanted.class).from()));
    if (known.isEmpty()) {
      fail(request.response(), 404, "model not found in the registry");
      return;
    }
    request.response().putHeader("content-type", JSON).setChunked(true);
    send(request, Door.PULL, pieces(known.get()));
  }

  private List<Piece> pieces(String model) {
    long size = store.size(model);
    long step = options.bytesPerSecond() * TICK.toMillis() / 1000;
    boolean atOnce = options.bytesPerSecond() == 0;
    long each = atOnce ? Math.ceilDiv(size, 10) : Math.max(1, step);
    List<Piece> pieces = new ArrayList<>();
    for (long left = size - store.pulled(model); left > 0; left -= each) {
      pieces.add(
          new Piece(atOnce ? Duration.ZERO : TICK, () -> progress(model, store.pull(model, each))));
    }
    String line = Json.write(Map.of("type", "success", "message", "Model pulled successfully"));
    pieces.add(piece(line + "\n"));
    return pieces;
  }

  private Buffer progress(String model, long pulled) {
    long size = store.size(model);
    String message = "Downloaded: %.2f MB".formatted(pulled / 1e6);
    Layer layer = new Layer(store.layer(model), size, pulled);
    return Buffer.buffer(Json.write(new Progress("progress", message, size, pulled, layer)) + "\n");
  }

  private void chat(HttpServerRequest request, Buffer body) {
    if (isRefused(request, Door.CHAT)) {
      return;
    }
    FakeChat.Asked chat = read(body, FakeChat.Asked.class);
    HttpServerResponse response = request.response();
    if (store.known(String.valueOf(chat.model())).filter(store::isInstalled).isEmpty()) {
      fail(response, 404, "model not found");
    } else if (chat.stream()) {
      response.putHeader("content-type", "text/event-stream").setChunked(true);
      send(request, Door.CHAT, FakeChat.streamed(chat, options.firstToken(), options.token()));
    } else {
      response.putHeader("content-type", JSON).setChunked(true);
      String text = Json.write(FakeChat.whole(chat));
      send(request, Door.CHAT, List.of(new Piece(options.firstToken(), () -> Buffer.buffer(text))));
    }
  }

  /** Whether the fault of the door was the whole answer. */
  private boolean isRefused(HttpServerRequest request, Door door) {
    asked.computeIfAbsent(door, _ -> new AtomicInteger()).incrementAndGet();
    HttpServerResponse response = request.response();
    switch (fault(door)) {
      case HTML ->
          response
              .putHeader("content-type", "text/html")
              .end("<!doctype html><title>Welcome</title><p>Sign in to go on.\n");
      case ERROR -> fail(response, 500, "the engine has crashed");
      case UNAUTHORIZED ->
          fail(response, 401, "nobody is known by " + request.getHeader("authorization"));
      case REDIRECT ->
          response.setStatusCode(302).putHeader("location", root() + "/elsewhere").end();
      default -> {
        return false;
      }
    }
    return true;
  }

  private FakeFault fault(Door door) {
    return faults.getOrDefault(door, FakeFault.NONE);
  }

  private void send(HttpServerRequest request, Door door, List<Piece> pieces) {
    Runnable cut = () -> request.connection().close();
    new PacedAnswer(vertx, request.response(), pieces, fault(door), cut, stalled).send();
  }

  private static Piece piece(String text) {
    return new Piece(Duration.ZERO, () -> Buffer.buffer(text));
  }

  private static <T> T read(Buffer body, Class<T> form) {
    return LenientJson.read(Json.parseObject(body.toString(), "body"), form);
  }

  private static void json(HttpServerResponse response, int status, Object document) {
    response.setStatusCode(status).putHeader("content-type", JSON).end(Json.write(document));
  }

  private static void fail(HttpServerResponse response, int status, String message) {
    json(response, status, Map.of("error", Map.of("message", message, "code", status)));
  }

  @Override
  public void close() {
    server.close().await();
  }
}
