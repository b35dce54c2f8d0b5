package io.mirrorneuron.gateway.stream;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.testing.GatewayFixture;
import io.mirrorneuron.testing.SocketClient;
import io.mirrorneuron.testing.Whole;
import io.mirrorneuron.testing.WithGuardedGateway;
import io.mirrorneuron.wire.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Streams over WebSockets, and who may open one. */
@Timeout(60)
@Whole
class SocketsIT extends WithGuardedGateway {
  private String job;

  @BeforeEach
  void prepare() throws Exception {
    var submitted = gateway.post("/api/v1/jobs", "{\"manifest_json\":{\"graph_id\":\"g\"}}");
    job = Json.parseObject(submitted.body(), "job").path("id").asText();
  }

  @Test
  void eachRecordIsAFrameAndTheSocketClosesWithTheJob() {
    try (SocketClient socket = gateway.socket(path(""))) {
      ObjectNode first = socket.next();
      assertThat(first.path("event").asText()).isEqualTo("message");
      assertThat(first.path("id").asLong()).isEqualTo(1);
      assertThat(first.at("/data/type").asText()).isEqualTo("job_pending");
      assertThat(first.at("/data/seq").asLong()).isEqualTo(1);
      IntStream.rangeClosed(2, 4).forEach(id -> assertThat(id(socket)).isEqualTo(id));
      gateway.jobs.append(job, "one");
      assertThat(id(socket)).isEqualTo(5);
      gateway.jobs.finish(job, "completed");
      assertThat(id(socket)).isEqualTo(6);
      assertThat(socket.nextText()).isEqualTo("{\"event\":\"end\",\"data\":{\"next\":6}}");
      assertThat(socket.closeCode()).isEqualTo(1000);
    }
  }

  @Test
  void aSocketWhoseRecordsCannotBeReadAnyMoreSaysSoAndCloses() {
    try (SocketClient socket = gateway.socket(path(""))) {
      IntStream.rangeClosed(1, 4).forEach(id -> assertThat(id(socket)).isEqualTo(id));
      gateway.jobs.failWith(MnException.unavailable("the runtime does not answer", null));
      gateway.jobs.append(job, Json.object().put("type", "news")); // who waits looks

      ObjectNode reported = socket.next();
      assertThat(reported.path("event").asText()).isEqualTo("error");
      assertThat(reported.at("/data/error").asText()).isEqualTo("the runtime does not answer");
      assertThat(reported.at("/data/job_id").asText()).isEqualTo(job);
      assertThat(socket.closeCode()).isEqualTo(1001);
    }
  }

  @Test
  void theRecordsOfATickComeInOneFrameWhenAskedFor() {
    gateway.jobs.finish(job, "completed");
    try (SocketClient socket = gateway.socket(path("?batch=true&after=2"))) {
      ObjectNode batch = socket.next();
      assertThat(batch.path("event").asText()).isEqualTo("batch");
      assertThat(batch.path("data"))
          .extracting(frame -> frame.path("id").asInt())
          .containsExactly(3, 4, 5);
      assertThat(batch.at("/data/0/event").asText()).isEqualTo("message");
      assertThat(batch.at("/data/2/data/type").asText()).isEqualTo("job_completed");
      assertThat(socket.next().path("event").asText()).isEqualTo("end");
      assertThat(socket.closeCode()).isEqualTo(1000);
    }
  }

  @Test
  void refusalsAreAnswersOfHttp() throws Exception {
    String token = GatewayFixture.TOKEN;
    assertThat(refusal(path(""), null)).isEqualTo(401);
    assertThat(refusal(path("?token=other"), null)).isEqualTo(401);
    assertThat(refusal(path("?token=" + token), "other")).isEqualTo(401);
    assertThat(refusal("/api/v1/jobs/nope/events/ws", token)).isEqualTo(404);
    assertThat(refusal(path("?after=-1"), token)).isEqualTo(422);
    assertThat(refusal(path("?batch=perhaps"), token)).isEqualTo(422);
    assertThat(refusal("/api/v1/realtime?interval=0", token)).isEqualTo(422);
    assertThat(gateway.get(path("")).statusCode()).isEqualTo(426);
    assertThatThrownBy(
            () -> SocketClient.ofPage(gateway.uri(path("")), token, "https://elsewhere.example"))
        .hasMessage("refused with 403");
    for (String origin : List.of("https://ui.example", "http://127.0.0.1:" + gateway.port())) {
      SocketClient.ofPage(gateway.uri(path("")), token, origin).close();
    }
    try (SocketClient socket = SocketClient.open(gateway.uri(path("?token=" + token)), null)) {
      assertThat(id(socket)).isEqualTo(1);
    }
  }

  @Test
  void whatAClientSaysIsNotListenedToButPingsAreAnswered() {
    try (SocketClient socket = gateway.socket(path("?after=4"))) {
      socket.send("what is this?");
      assertThat(socket.ping("there?")).isEqualTo("there?");
      gateway.jobs.append(job, "one");
      assertThat(id(socket)).isEqualTo(5);
    }
  }

  @Test
  void aServerThatStopsSaysThatItIsGoingAway() {
    try (SocketClient socket = gateway.socket(path(""));
        SocketClient realtime = gateway.socket("/api/v1/realtime")) {
      id(socket);
      gateway.close();
      assertThat(socket.closeCode()).isEqualTo(1001);
      assertThat(realtime.closeCode()).isEqualTo(1001);
    }
  }

  @Test
  void whoDoesNotReadLosesNothingAndKeepsNobodyWaiting() {
    int events = 8000;
    try (SocketClient deaf = gateway.socket(path(""));
        SocketClient deafToBatches = gateway.socket(path("?batch=1"));
        SocketClient quick = gateway.socket(path(""))) {
      for (int i = 0; i < events; i++) {
        gateway.jobs.append(job, Json.object().put("type", "tick").put("text", "x".repeat(500)));
      }
      List<Long> expected = IntStream.rangeClosed(1, events + 5).mapToObj(id -> (long) id).toList();
      assertThat(id(quick)).isEqualTo(1);
      eventually("one watch of all three", () -> gateway.jobs.watchers(job) == 1);
      gateway.jobs.finish(job, "completed");
      assertThat(ids(quick)).isEqualTo(expected.subList(1, expected.size()));
      assertThat(ids(deaf)).isEqualTo(expected);
      assertThat(ids(deafToBatches)).isEqualTo(expected);
      assertThat(gateway.jobs.watchers(job)).as("of a job that has ended").isZero();
    }
  }

  private int refusal(String path, String token) {
    try (SocketClient opened = SocketClient.open(gateway.uri(path), token)) {
      throw new AssertionError("the socket was opened: " + opened);
    } catch (SocketClient.Refused refused) {
      return refused.status();
    }
  }

  private String path(String query) {
    return "/api/v1/jobs/" + job + "/events/ws" + query;
  }

  private static long id(SocketClient socket) {
    return socket.next().path("id").asLong();
  }

  /** All to the end. */
  private static List<Long> ids(SocketClient socket) {
    List<Long> ids = new ArrayList<>();
    for (ObjectNode frame = socket.next(); ; frame = socket.next()) {
      switch (frame.path("event").asText()) {
        case "end" -> {
          return ids;
        }
        case "batch" -> frame.path("data").forEach(one -> ids.add(one.path("id").asLong()));
        default -> ids.add(frame.path("id").asLong());
      }
    }
  }
}
