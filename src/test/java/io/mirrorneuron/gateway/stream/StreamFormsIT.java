package io.mirrorneuron.gateway.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.bus.ApiCall;
import io.mirrorneuron.bus.AreaVerticle;
import io.mirrorneuron.bus.RemoteReads;
import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.Secret;
import io.mirrorneuron.gateway.GatewayVerticle;
import io.mirrorneuron.gateway.Health;
import io.mirrorneuron.gateway.contract.Contract;
import io.mirrorneuron.gateway.contract.Documents;
import io.mirrorneuron.model.UploadQuota;
import io.mirrorneuron.security.Auth;
import io.mirrorneuron.security.StreamTokens;
import io.mirrorneuron.storage.Storage;
import io.mirrorneuron.testing.SocketClient;
import io.mirrorneuron.wire.Json;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a contract can say of a stream, with an area that knows nothing of streams. */
@Timeout(60)
class StreamFormsIT {
  @TempDir Path folder;
  private final Vertx vertx = Vertx.vertx();
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Diary diary = new Diary();
  private GatewayVerticle gateway;

  /** Pages of what is written into it. A cursor is a number, or the id of an entry. */
  private static final class Diary extends AreaVerticle {
    private final List<ObjectNode> entries = new ArrayList<>();
    private final List<Thread> waiting = new ArrayList<>();
    private boolean ended;

    Diary() {
      super("diary", 100);
      on("readDiary", this::read);
      on("readLast", this::read);
    }

    synchronized void write(String channel, String text) {
      int seq = entries.size() + 1;
      entries.add(
          Json.object()
              .put("id", channel + ":" + seq)
              .put("channel", channel)
              .put("text", text)
              .put("seq", seq));
      waiting.forEach(LockSupport::unpark);
    }

    synchronized void close() {
      ended = true;
      waiting.forEach(LockSupport::unpark);
    }

    private ObjectNode read(ApiCall call) {
      long until = System.nanoTime() + call.patience().toNanos();
      synchronized (this) {
        waiting.add(Thread.currentThread());
      }
      ObjectNode page = page(call.text("after"));
      while (page.path("data").isEmpty()
          && !page.path("ended").asBoolean()
          && System.nanoTime() < until) {
        LockSupport.parkNanos(until - System.nanoTime());
        page = page(call.text("after"));
      }
      synchronized (this) {
        waiting.remove(Thread.currentThread());
      }
      return page;
    }

    private synchronized ObjectNode page(String after) {
      String cursor = after == null ? "0" : after;
      int from = Integer.parseInt(cursor.substring(cursor.indexOf(':') + 1));
      ObjectNode page = Json.object();
      ArrayNode data = page.putArray("data");
      entries.subList(from, entries.size()).forEach(data::add);
      return page.put("next", entries.size()).put("ended", ended);
    }
  }

  @BeforeEach
  void start() {
    JsonObject document = Documents.small();
    stream(document, "/diaries/{name}", "readDiary")
        .put(
            "x-mn-stream",
            new JsonObject(
                """
                {"cursor":"after","id":"id","event":{"member":"channel"},
                 "heartbeat":"interval","topic":"diary"}"""));
    stream(document, "/diaries/{name}/last", "readLast")
        .put(
            "x-mn-stream",
            new JsonObject("{\"cursor\":\"after\",\"event\":{\"name\":\"snapshot\"}}"));
    JsonObject socket =
        Documents.with(document, "/diaries/{name}/ws", "followDiary", "gateway")
            .put("x-mn-socket", new JsonObject("{\"stream\":\"readDiary\"}"));
    socket.put(
        "parameters",
        parameters()
            .add(parameter("batch", "{\"type\":\"boolean\",\"default\":false}"))
            .add(parameter("token", "{\"type\":\"string\"}")));
    socket.put("responses", new JsonObject("{\"101\":{\"description\":\"open\"}}"));
    var api =
        new Config.Api(
            "127.0.0.1",
            0,
            Secret.NONE,
            List.of(),
            List.of(),
            1000,
            1000,
            "http://localhost",
            true);
    gateway =
        new GatewayVerticle(
            new GatewayVerticle.Settings(
                api,
                folder,
                false,
                Duration.ofSeconds(20),
                () -> "r",
                Storage.unwatched(),
                () -> CompletableFuture.completedStage(List.of()),
                Clock.systemUTC(),
                UploadQuota.unlimited(),
                RemoteReads.NONE,
                StreamTokens.of(List.of(), Clock.systemUTC())),
            Contract.of(vertx, document).await(),
            List.of(diary),
            Auth.NOBODY_ASKS,
            Health.Facts.of(false, "test", Health.Blueprints.NONE, ""));
    vertx.deployVerticle(diary).await();
    vertx.deployVerticle(gateway).await();
  }

  @AfterEach
  void stop() {
    vertx.close().await();
  }

  private static JsonObject stream(JsonObject document, String path, String id) {
    JsonObject operation = Documents.with(document, path, id, "diary");
    operation.put("parameters", parameters());
    operation
        .getJsonObject("responses")
        .getJsonObject("200")
        .put(
            "content",
            new JsonObject()
                .put("text/event-stream", new JsonObject())
                .put("application/json", new JsonObject()));
    return operation;
  }

  private static JsonArray parameters() {
    return new JsonArray()
        .add(
            new JsonObject(
                """
                {"name":"name","in":"path","required":true,"schema":{"type":"string"}}"""))
        .add(parameter("after", "{\"type\":\"string\"}"))
        .add(parameter("interval", "{\"type\":\"number\",\"default\":10}"));
  }

  private static JsonObject parameter(String name, String schema) {
    return new JsonObject()
        .put("name", name)
        .put("in", "query")
        .put("schema", new JsonObject(schema));
  }

  @Test
  void recordsHaveTheIdsAndNamesThatTheContractSays() throws Exception {
    diary.write("logs", "hello\nworld");
    diary.write("human", "why?");
    diary.close();
    assertThat(text("/diaries/a", "*/*"))
        .isEqualTo(
            """
            retry: 2000

            id: logs:1
            event: logs
            data: {"id":"logs:1","channel":"logs","text":"hello\\nworld","seq":1}

            id: human:2
            event: human
            data: {"id":"human:2","channel":"human","text":"why?","seq":2}

            event: end
            data: {"next":2}

            """);
  }

  @Test
  void anIdThatIsATextIsACursor() throws Exception {
    diary.write("logs", "one");
    diary.write("logs", "two");
    try (BufferedReader lines = open("/diaries/a", "Last-Event-ID", "logs:1")) {
      assertThat(block(lines)).containsExactly("retry: 2000");
      assertThat(block(lines)).first().isEqualTo("id: logs:2");
      diary.write("logs", "three");
      assertThat(block(lines)).first().isEqualTo("id: logs:3");
    }
    try (BufferedReader lines = open("/diaries/a?after=logs:2", "Accept", "text/event-stream")) {
      assertThat(block(lines)).containsExactly("retry: 2000");
      assertThat(block(lines)).first().isEqualTo("id: logs:3");
    }
  }

  @Test
  void thePollingFormHasTheSameCursor() throws Exception {
    diary.write("logs", "one");
    diary.write("logs", "two");
    String page = text("/diaries/a?after=logs:1", "application/json");
    assertThat(Json.parse(page).at("/data/0/id").asText()).isEqualTo("logs:2");
    assertThat(Json.parse(page).path("next").asInt()).isEqualTo(2);
    assertThat(Json.parse(page).path("data")).hasSize(1);
  }

  @Test
  void silenceIsInterruptedAsOftenAsTheClientLikes() throws Exception {
    try (BufferedReader lines = open("/diaries/a?interval=0.05", "Accept", "*/*")) {
      assertThat(block(lines)).containsExactly("retry: 2000");
      assertThat(block(lines)).containsExactly(": heartbeat");
      assertThat(block(lines)).containsExactly(": heartbeat");
      diary.write("logs", "one");
      List<String> block = block(lines);
      while (block.equals(List.of(": heartbeat"))) {
        block = block(lines);
      }
      assertThat(block).first().isEqualTo("id: logs:1");
    }
  }

  @Test
  void framesOfASocketHaveThemToo() {
    diary.write("logs", "one");
    URI uri = URI.create(base() + "/diaries/a/ws?interval=0.05");
    try (SocketClient socket = SocketClient.open(uri, null)) {
      assertThat(socket.nextText())
          .isEqualTo(
              "{\"event\":\"logs\",\"id\":\"logs:1\",\"data\":"
                  + "{\"id\":\"logs:1\",\"channel\":\"logs\",\"text\":\"one\",\"seq\":1}}");
      ObjectNode heartbeat = socket.next();
      assertThat(heartbeat.path("event").asText()).isEqualTo("heartbeat");
      assertThat(heartbeat.at("/data/server_time").asText()).endsWith("Z");
    }
  }

  @Test
  void ofSnapshotsOnlyTheNewestCounts() throws Exception {
    for (int i = 1; i <= 10; i++) {
      diary.write("state", "old " + i);
    }
    try (BufferedReader lines = open("/diaries/a/last", "Accept", "*/*")) {
      assertThat(block(lines)).containsExactly("retry: 2000");
      List<String> first = block(lines);
      assertThat(first).startsWith("id: 10", "event: snapshot").hasSize(3);
      // Nobody reads meanwhile, and far more is written than connections hold.
      for (int i = 0; i < 100; i++) {
        diary.write("state", "x".repeat(500_000) + i);
      }
      diary.write("state", "newest");
      diary.close();
      List<List<String>> rest = new ArrayList<>();
      for (List<String> block = block(lines); !block.isEmpty(); block = block(lines)) {
        rest.add(block);
      }
      assertThat(rest.getLast()).containsExactly("event: end", "data: {\"next\":111}");
      assertThat(rest.get(rest.size() - 2)).startsWith("id: 111", "event: snapshot");
      assertThat(rest.size()).isLessThan(102);
    }
  }

  private String base() {
    return "http://127.0.0.1:" + gateway.port() + "/api/v1";
  }

  private String text(String path, String accept) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(base() + path)).header("Accept", accept).build();
    HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return answer.body();
  }

  private BufferedReader open(String path, String header, String value) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(base() + path)).header(header, value).build();
    HttpResponse<InputStream> answer =
        http.send(request, HttpResponse.BodyHandlers.ofInputStream());
    assertThat(answer.statusCode()).isEqualTo(200);
    return new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8));
  }

  /** The lines up to the next blank one; none at the end of the stream. */
  private static List<String> block(BufferedReader lines) throws IOException {
    List<String> block = new ArrayList<>();
    for (String line = lines.readLine(); line != null && !line.isEmpty(); line = lines.readLine()) {
      block.add(line);
    }
    return block;
  }
}
