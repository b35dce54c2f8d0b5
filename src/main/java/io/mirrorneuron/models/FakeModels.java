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
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A fake model runner without models: it speaks Docker Model Runner's protocol and, under {@code
 * /v1}, that of any OpenAI-compatible endpoint. For demonstrations, offline work, and tests, which
 * can inject faults.
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

  /** Behaves so at this endpoint from now on. */
  public void behave(Door endpoint, FakeFault fault) {
    faults.put(endpoint, fault);
  }

  /** How often something was asked for at this endpoint. */
  public int asked(Door endpoint) {
    return asked.computeIfAbsent(endpoint, _ -> new AtomicInteger()).get();
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
  private void answer(HttpServerRequest request, Door endpoint, Object document) {
    HttpServerResponse response = request.response();
    if (isRefused(request, endpoint)) {
      return;
    }
    String text = Json.write(document);
    int half = text.length() / 2;
    response.putHeader("content-type", JSON).setChunked(true);
    send(request, endpoint, List.of(piece(text.substring(0, half)), piece(text.substring(half))));
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

  /** Whether the fault of the endpoint was the whole answer. */
  private boolean isRefused(HttpServerRequest request, Door endpoint) {
    asked.computeIfAbsent(endpoint, _ -> new AtomicInteger()).incrementAndGet();
    HttpServerResponse response = request.response();
    switch (fault(endpoint)) {
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

  private FakeFault fault(Door endpoint) {
    return faults.getOrDefault(endpoint, FakeFault.NONE);
  }

  private void send(HttpServerRequest request, Door endpoint, List<Piece> pieces) {
    Runnable cut = () -> request.connection().close();
    new PacedAnswer(vertx, request.response(), pieces, fault(endpoint), cut, stalled).send();
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

  /** Which models a fake runner has, and how much of those that are being pulled. Thread-safe. */
  private static final class FakeModelStore {
    /**
     * A model as Docker Model Runner lists it.
     *
     * @param created in seconds since 1970
     */
    record Listed(String id, List<String> tags, long created, About config) {}

    record About(
        String format, String quantization, String parameters, String architecture, String size) {}

    private final Map<String, Long> sizes = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final Map<String, Long> pulled = new ConcurrentHashMap<>();
    private final Clock clock;

    FakeModelStore(FakeModelsOptions options, Clock clock) {
      this.clock = clock;
      options.models().forEach((name, size) -> sizes.put(tagged(name), size));
      if (options.installed()) {
        pulled.putAll(sizes);
      }
      options.others().forEach((name, size) -> sizes.putIfAbsent(tagged(name), size));
    }

    /** {@code ai/smollm2} is {@code ai/smollm2:latest}. */
    private static String tagged(String name) {
      return name.substring(name.lastIndexOf('/') + 1).contains(":") ? name : name + ":latest";
    }

    /** The whole name of a model that can be pulled. */
    Optional<String> known(String name) {
      return sizes.keySet().stream().filter(one -> one.equalsIgnoreCase(tagged(name))).findFirst();
    }

    long size(String known) {
      return sizes.get(known);
    }

    /** Bytes that are there, also of a pull that was broken off. */
    long pulled(String known) {
      return pulled.getOrDefault(known, 0L);
    }

    /** Adds to what is there; returns the sum. */
    long pull(String known, long bytes) {
      return pulled.merge(
          known, Math.min(bytes, size(known)), (a, b) -> Math.min(a + b, size(known)));
    }

    boolean isInstalled(String known) {
      return pulled(known) >= size(known);
    }

    void remove(String known) {
      pulled.remove(known);
    }

    List<Listed> installed() {
      return sizes.keySet().stream().filter(this::isInstalled).map(this::listed).toList();
    }

    Listed listed(String known) {
      String digest = HexFormat.of().formatHex(known.getBytes(StandardCharsets.UTF_8));
      return new Listed(
          "sha256:" + (digest + "0".repeat(64)).substring(0, 64),
          List.of(known),
          clock.instant().getEpochSecond(),
          new About("gguf", "Q4_K_M", "made up", "fake", size(known) / 1_000_000 + " MB"));
    }

    String layer(String known) {
      return listed(known).id();
    }
  }

  /** What a fake model says: always the same to the same question. Pure. */
  private static final class FakeChat {
    private static final String ANSWER =
        "This answer is made up – no model was asked. The question had %d words; a real one would"
            + " now say what it thinks of: “%s”";
    private static final int QUOTED = 80;

    /** A chat as it is asked for. */
    record Asked(
        String model,
        List<Message> messages,
        Integer maxTokens,
        boolean stream,
        Options streamOptions) {}

    record Message(String role, String content) {}

    record Options(boolean includeUsage) {}

    private FakeChat() {}

    private static List<String> tokens(Asked asked) {
      String question =
          asked.messages().isEmpty()
              ? ""
              : String.valueOf(asked.messages().getLast().content()).strip();
      int words = question.isEmpty() ? 0 : question.split("\\s+").length;
      String quoted = question.length() > QUOTED ? question.substring(0, QUOTED) + "…" : question;
      List<String> tokens =
          Arrays.asList(ANSWER.formatted(words, quoted).split("(?<=\\s)")); // each with its blank
      int limit = asked.maxTokens() == null ? tokens.size() : Math.max(1, asked.maxTokens());
      return tokens.subList(0, Math.min(limit, tokens.size()));
    }

    /** Characters by four, as is usual where nobody counts. */
    private static Map<String, Object> usage(Asked asked, int answered) {
      int characters =
          asked.messages().stream().mapToInt(one -> String.valueOf(one.content()).length()).sum();
      int prompt = Math.max(1, characters / 4);
      return ordered(
          "prompt_tokens",
          prompt,
          "completion_tokens",
          answered,
          "total_tokens",
          prompt + answered);
    }

    /** The answer as one document. */
    static Map<String, Object> whole(Asked asked) {
      List<String> tokens = tokens(asked);
      Map<String, Object> message =
          ordered("role", "assistant", "content", String.join("", tokens).stripTrailing());
      Map<String, Object> document = head(asked, "chat.completion");
      document.put(
          "choices", List.of(ordered("index", 0, "message", message, "finish_reason", "stop")));
      document.put("usage", usage(asked, tokens.size()));
      return document;
    }

    /** The answer as server-sent events, each token at its time. */
    static List<Piece> streamed(Asked asked, Duration first, Duration each) {
      List<Piece> pieces = new ArrayList<>();
      List<String> tokens = tokens(asked);
      for (String token : tokens) {
        pieces.add(
            event(pieces.isEmpty() ? first : each, chunk(asked, ordered("content", token), null)));
      }
      pieces.add(event(Duration.ZERO, chunk(asked, ordered(), "stop")));
      if (asked.streamOptions() != null && asked.streamOptions().includeUsage()) {
        Map<String, Object> counts = head(asked, "chat.completion.chunk");
        counts.put("choices", List.of());
        counts.put("usage", usage(asked, tokens.size()));
        pieces.add(event(Duration.ZERO, Json.write(counts)));
      }
      pieces.add(event(Duration.ZERO, "[DONE]"));
      return pieces;
    }

    private static Piece event(Duration pause, String data) {
      return new Piece(pause, () -> Buffer.buffer("data: " + data + "\n\n"));
    }

    private static String chunk(Asked asked, Map<String, Object> delta, String end) {
      Map<String, Object> document = head(asked, "chat.completion.chunk");
      document.put("choices", List.of(ordered("index", 0, "delta", delta, "finish_reason", end)));
      return Json.write(document);
    }

    private static Map<String, Object> head(Asked asked, String kind) {
      return ordered("id", "chatcmpl-fake", "object", kind, "created", 0, "model", asked.model());
    }

    private static Map<String, Object> ordered(Object... members) {
      Map<String, Object> map = new LinkedHashMap<>();
      for (int i = 0; i < members.length; i += 2) {
        map.put((String) members[i], members[i + 1]);
      }
      return map;
    }
  }
}
