package io.mirrorneuron.gateway.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.testing.GatewayFixture;
import io.mirrorneuron.testing.SocketClient;
import io.mirrorneuron.testing.Whole;
import io.mirrorneuron.wire.Json;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Connections that do not hold, in every form that a stream has, while several threads write.
 * {@code -Dcuts=100} cuts more often.
 */
@Timeout(120)
@Whole
class CutStreamsIT {
  private static final long SEED = 5;
  private static final int CUTS = Integer.getInteger("cuts", 20);
  private static final int WRITERS = 3;
  private static final int EACH = 700;

  @TempDir Path folder;

  private enum Form {
    SSE,
    SOCKET,
    BATCHES,
    REALTIME,
    LIST
  }

  /** What a client keeps from connection to connection. */
  private static final class Follower {
    final GatewayFixture gateway;
    final String job;
    final List<String> records = new ArrayList<>();
    String last = "0";
    boolean ended;

    Follower(GatewayFixture gateway, String job) {
      this.gateway = gateway;
      this.job = job;
    }

    /** Takes so many records, then lets the connection go. */
    void follow(Form form, int count) throws Exception {
      int enough = (int) Math.min(Integer.MAX_VALUE, (long) records.size() + count);
      String events = "/api/v1/jobs/" + job + "/events";
      switch (form) {
        case SSE -> events(events, enough);
        case SOCKET -> frames(events + "/ws?after=" + last, enough);
        case BATCHES -> frames(events + "/ws?batch=true&after=" + last, enough);
        case REALTIME -> patches(enough);
        case LIST -> list(events, Math.min(count, 1000));
      }
    }

    private void events(String path, int enough) throws Exception {
      HttpRequest request =
          gateway
              .request(path)
              .header("Accept", "text/event-stream")
              .header("Last-Event-ID", last)
              .build();
      HttpResponse<InputStream> answer =
          gateway.http.send(request, HttpResponse.BodyHandlers.ofInputStream());
      try (var lines =
          new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
        String id = null;
        while (!ended && records.size() < enough) {
          String line = lines.readLine();
          ended = line.equals("event: end");
          if (line.startsWith("id: ")) {
            id = line.substring(4);
          } else if (line.startsWith("data: ")) {
            take(id, line.substring(6));
          }
        }
      }
    }

    private void frames(String path, int enough) {
      try (SocketClient socket = gateway.socket(path)) {
        while (!ended && records.size() < enough) {
          String text = socket.nextText();
          ObjectNode frame = Json.parseObject(text, "frame");
          switch (frame.path("event").asText()) {
            case "end" -> ended = true;
            case "heartbeat" -> {}
            case "batch" ->
                // Whatever is cut off was never received.
                Json.elements(frame.path("data"))
                    .limit(enough - records.size())
                    .forEach(this::take);
            default ->
                take(
                    frame.path("id").asText(),
                    text.substring(text.indexOf(",\"data\":") + 8, text.length() - 1));
          }
        }
      }
    }

    private void take(JsonNode frame) {
      take(frame.path("id").asText(), Json.write(frame.path("data")));
    }

    private void patches(int enough) {
      try (SocketClient socket = gateway.socket("/api/v1/realtime")) {
        socket.send(
            "{\"action\":\"subscribe\",\"topic\":\"job_events:%s\",\"after\":%s}"
                .formatted(job, last));
        assertThat(socket.next().path("fromVersion").asText()).isEqualTo(last);
        while (!ended && records.size() < enough) {
          String text = socket.nextText();
          ObjectNode message = Json.parseObject(text, "message");
          ended = message.path("type").asText().equals("end");
          if (!ended) {
            take(
                message.path("version").asText(),
                text.substring(text.indexOf(",\"patch\":") + 9, text.length() - 1));
          }
        }
      }
    }

    private void list(String path, int limit) throws Exception {
      ObjectNode page =
          Json.parseObject(gateway.get(path + "?limit=" + limit + "&after=" + last).body(), "page");
      page.path("data").forEach(record -> records.add(Json.write(record)));
      last = page.path("next").asText();
      ended = page.path("ended").asBoolean();
    }

    private void take(String id, String record) {
      last = id;
      records.add(record);
    }
  }

  @ParameterizedTest
  @EnumSource(Form.class)
  void everyRecordComesOnceWithTheBytesOfTheLog(Form form) throws Exception {
    try (GatewayFixture gateway = GatewayFixture.guarded(folder)) {
      var submitted = gateway.post("/api/v1/jobs", "{\"manifest_json\":{\"graph_id\":\"g\"}}");
      String job = Json.parseObject(submitted.body(), "job").path("id").asText();
      List<Thread> writers = new ArrayList<>();
      for (int writer = 0; writer < WRITERS; writer++) {
        String type = "of_" + writer;
        writers.add(
            Thread.startVirtualThread(
                () -> {
                  for (int i = 0; i < EACH; i++) {
                    gateway.jobs.append(
                        job, Json.object().put("type", type).put("text", "ü\n" + "x".repeat(i)));
                  }
                }));
      }
      Random random = new Random(SEED);
      Follower follower = new Follower(gateway, job);
      for (int cut = 0; cut < CUTS; cut++) {
        follower.follow(form, 1 + random.nextInt(20));
      }
      for (Thread writer : writers) {
        writer.join();
      }
      gateway.jobs.finish(job, "completed");
      while (!follower.ended) {
        follower.follow(form, Integer.MAX_VALUE);
      }

      assertThat(follower.records)
          .isEqualTo(gateway.jobs.events(job, 0, Integer.MAX_VALUE).events());
    }
  }
}
