package io.mirrorneuron.gateway.stream;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.testing.SocketClient;
import io.mirrorneuron.testing.WithSharedGateway;
import io.mirrorneuron.wire.Json;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many streams over one socket. */
@Timeout(60)
class RealtimeIT extends WithSharedGateway {
  private SocketClient socket;

  @BeforeEach
  void openSocket() throws Exception {
    socket = gateway.socket("/api/v1/realtime");
  }

  @AfterEach
  void closeSocket() {
    socket.close();
  }

  @Test
  void recordsOfATopicComeBehindItsCursorUntilItEnds() throws Exception {
    String topic = "job_events:" + job();
    say("subscribe", topic, "\"after\":3,\"requestId\":\"r1\"");

    assertThat(socket.nextText())
        .isEqualTo(
            "{\"requestId\":\"r1\",\"action\":\"subscribed\",\"topic\":\"%s\",\"fromVersion\":3}"
                .formatted(topic));
    ObjectNode record = socket.next();
    assertThat(record.path("id").asLong()).isEqualTo(4);
    assertThat(record.path("topic").asText()).isEqualTo(topic);
    assertThat(record.path("type").asText()).isEqualTo("job_running");
    assertThat(record.path("version").asLong()).isEqualTo(4);
    assertThat(record.path("occurredAt").asText()).isEqualTo("2026-01-02T03:04:05.006Z");
    assertThat(record.at("/patch/seq").asLong()).isEqualTo(4);
    gateway.jobs.finish(topic.substring(11), "completed");
    assertThat(socket.next().path("type").asText()).isEqualTo("job_completed");
    assertThat(socket.nextText())
        .isEqualTo("{\"type\":\"end\",\"topic\":\"%s\",\"version\":5}".formatted(topic));
  }

  @Test
  void aSnapshotSaysWhenItWasMade() throws Exception {
    say("subscribe", "workflow_progress:" + job(), "\"requestId\":1");
    assertThat(socket.next().path("action").asText()).isEqualTo("subscribed");
    ObjectNode snapshot = socket.next();

    assertThat(snapshot.path("type").asText()).isEqualTo("snapshot");
    assertThat(snapshot.path("occurredAt").asText()).isEqualTo("2026-01-02T03:04:05.006Z");
    assertThat(snapshot.path("occurredAt")).isEqualTo(snapshot.at("/patch/generated_at"));
  }

  @Test
  void topicsComeAndGoOnTheirOwn() throws Exception {
    String first = job();
    String second = job();
    String one = "job_events:" + first;
    String two = "job_events:" + second + "?include=compact";
    say("subscribe", one, "\"after\":\"4\"");
    assertThat(socket.next().path("fromVersion").asLong()).isEqualTo(4);
    say("subscribe", two, "\"after\":4");
    assertThat(socket.next().path("topic").asText()).isEqualTo(two);
    gateway.jobs.append(first, "first");
    assertThat(socket.next().path("topic").asText()).isEqualTo(one);
    gateway.jobs.append(second, "second");
    assertThat(socket.next().path("topic").asText()).isEqualTo(two);
    say("unsubscribe", one, "\"requestId\":7");
    assertThat(socket.nextText())
        .isEqualTo(
            "{\"requestId\":7,\"action\":\"unsubscribed\",\"topic\":\"%s\",\"fromVersion\":5}"
                .formatted(one));
    gateway.jobs.append(first, "unheard");
    gateway.jobs.append(second, "heard");
    assertThat(socket.next().path("topic").asText()).isEqualTo(two);
    say("subscribe", one, "\"after\":5");
    assertThat(socket.next().path("action").asText()).isEqualTo("subscribed");
    assertThat(socket.next().path("type").asText()).isEqualTo("unheard");
  }

  @Test
  void moreThanAWindowIsSentOnlyWhenAcknowledged() throws Exception {
    String job = job();
    for (int i = 0; i < 2496; i++) {
      gateway.jobs.append(job, "tick");
    }
    String topic = "job_events:" + job;
    say("subscribe", topic, "\"ack\":true");
    assertThat(socket.next().path("fromVersion").asLong()).isZero();
    expect(1, 1000);
    // Answers come in order: nothing lies between the window and this one.
    say("subscribe", "job_events:nope", "\"requestId\":1");
    assertThat(socket.next().path("requestId").asInt()).isEqualTo(1);
    say("ack", topic, "\"version\":700");
    expect(1001, 1700);
    say("subscribe", "job_events:nope", "\"requestId\":2");
    assertThat(socket.next().path("requestId").asInt()).isEqualTo(2);
    say("ack", topic, "\"version\":1700");
    expect(1701, 2500);
  }

  @Test
  void whatCannotBeDoneIsSaid() throws Exception {
    String topic = "job_events:" + job();
    socket.send("{");
    assertError("INVALID_MESSAGE");
    socket.send("[]");
    assertError("INVALID_MESSAGE");
    say("listen", topic, "\"requestId\":\"x\"");
    assertThat(assertError("INVALID_MESSAGE").path("requestId").asText()).isEqualTo("x");
    say("subscribe", topic + "?include=all", "\"a\":1");
    assertError("INVALID_MESSAGE");
    say("subscribe", topic + "?include=compact&include=compact", "\"a\":1");
    assertError("INVALID_MESSAGE");
    say("subscribe", topic, "\"after\":\"soon\"");
    assertError("INVALID_MESSAGE");
    say("subscribe", "job_events:%zz", "\"a\":1");
    assertError("INVALID_MESSAGE");
    socket.send("{\"action\":\"subscribe\",\"requestId\":8}");
    assertThat(assertError("INVALID_MESSAGE").path("requestId").asInt()).isEqualTo(8);
    say("subscribe", "job_events:", "\"a\":1");
    assertError("TOPIC_NOT_FOUND");
    say("subscribe", "weather:here", "\"a\":1");
    assertError("TOPIC_NOT_FOUND");
    say("subscribe", "job_events:nope", "\"a\":1");
    ObjectNode error = assertError("TOPIC_NOT_FOUND");
    assertThat(error.path("message").asText()).contains("nope");
    assertThat(error.path("topic").asText()).isEqualTo("job_events:nope");
    say("unsubscribe", topic, "\"a\":1");
    assertError("TOPIC_NOT_FOUND");
    say("ack", topic, "\"version\":1");
    assertError("TOPIC_NOT_FOUND");
  }

  @Test
  void aSocketFollowsSoManyTopics() throws Exception {
    String job = job();
    for (int i = 1; i <= 100; i++) {
      say("subscribe", "job_events:" + job + "?after=" + (1000 + i), "\"after\":4");
      assertThat(socket.next().path("action").asText()).isEqualTo("subscribed");
    }
    say("subscribe", "job_events:" + job, "\"after\":4");
    assertError("TOO_MANY_TOPICS");
    eventually("one watch of all", () -> gateway.jobs.watchers(job) == 1);
  }

  @Test
  void aMessageThatIsTooLongEndsTheSocket() {
    socket.send("x".repeat(20_000));
    assertThat(socket.closeCode()).isEqualTo(1009);
  }

  @Test
  void heartbeatsNameTheTimeAndTheTopics() throws Exception {
    try (SocketClient beating = gateway.socket("/api/v1/realtime?interval=0.25")) {
      String topic = "job_events:" + job();
      beating.send("{\"action\":\"subscribe\",\"topic\":\"%s\",\"after\":4}".formatted(topic));
      assertThat(beating.next().path("action").asText()).isEqualTo("subscribed");
      assertThat(beating.nextText())
          .isEqualTo(
              "{\"type\":\"heartbeat\",\"serverTime\":\"2026-01-02T03:04:05.006Z\",\"topics\":[\"%s\"]}"
                  .formatted(topic));
    }
  }

  private String job() throws Exception {
    var submitted = gateway.post("/api/v1/jobs", "{\"manifest_json\":{\"graph_id\":\"g\"}}");
    return Json.parseObject(submitted.body(), "job").path("id").asText();
  }

  /**
   * @param more further members of the message
   */
  private void say(String action, String topic, String more) {
    socket.send("{\"action\":\"%s\",\"topic\":\"%s\",%s}".formatted(action, topic, more));
  }

  private void expect(long from, long to) {
    for (long version = from; version <= to; version++) {
      assertThat(socket.next().path("version").asLong()).isEqualTo(version);
    }
  }

  private ObjectNode assertError(String code) {
    ObjectNode error = socket.next();
    assertThat(error.path("type").asText()).as("%s", error).isEqualTo("error");
    assertThat(error.path("code").asText()).as("%s", error).isEqualTo(code);
    return error;
  }
}
