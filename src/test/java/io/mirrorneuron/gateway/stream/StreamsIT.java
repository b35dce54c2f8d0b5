package io.mirrorneuron.gateway.stream;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.testing.WithSharedGateway;
import io.mirrorneuron.wire.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class StreamsIT extends WithSharedGateway {
  private String job;

  @BeforeEach
  void prepare() throws Exception {
    var submitted = gateway.post("/api/v1/jobs", "{\"manifest_json\":{\"graph_id\":\"g\"}}");
    job = Json.parseObject(submitted.body(), "job").path("id").asText();
  }

  @AfterEach
  void endTrouble() {
    gateway.jobs.intercept(call -> {});
  }

  @Test
  void eventsComeOnceInOrderAndTheStreamEndsWithTheJob() throws Exception {
    try (Stream stream = open("")) {
      assertThat(stream.ids(4)).containsExactly(1L, 2L, 3L, 4L);
      gateway.jobs.append(job, "one");
      gateway.jobs.append(job, "two");
      assertThat(stream.ids(2)).containsExactly(5L, 6L);
      gateway.jobs.finish(job, "completed");
      assertThat(stream.ids(1)).containsExactly(7L);
      assertThat(stream.rest()).containsExactly("event: end", "data: {\"next\":7}", "");
    }
  }

  @Test
  void aCutStreamGoesOnWhereItStopped() throws Exception {
    try (Stream stream = open("")) {
      stream.ids(2);
    }
    gateway.jobs.append(job, "while nobody looked");
    gateway.jobs.finish(job, "completed");
    try (Stream stream = open("2")) {
      assertThat(stream.ids(4)).containsExactly(3L, 4L, 5L, 6L);
      assertThat(stream.rest()).startsWith("event: end");
    }
  }

  @Test
  void theHeadTellsProxiesToLetItThrough() throws Exception {
    gateway.jobs.finish(job, "completed");
    var answer = gateway.send(request("").build());
    assertThat(answer.headers().firstValue("content-type"))
        .hasValue("text/event-stream; charset=utf-8");
    assertThat(answer.headers().firstValue("cache-control")).hasValue("no-cache");
    assertThat(answer.headers().firstValue("x-accel-buffering")).hasValue("no");
    assertThat(answer.body()).startsWith("retry: 2000\n\nid: 1\ndata: {\"type\":\"job_pending\"");
  }

  @Test
  void anUnknownJobIsNotFound() throws Exception {
    var answer =
        gateway.send(
            gateway
                .request("/api/v1/jobs/nope/events")
                .header("Accept", "text/event-stream")
                .build());
    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(answer.headers().firstValue("content-type")).hasValue("application/problem+json");
  }

  @Test
  void manyFollowersShareOneWatchAndEachGetsEverything() throws Exception {
    int followers = 20;
    int events = 2000;
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Stream> streams = new ArrayList<>();
      for (int i = 0; i < followers; i++) {
        Stream stream = open("");
        assertThat(stream.ids(4)).hasSize(4);
        streams.add(stream);
      }
      List<Future<List<Long>>> all = new ArrayList<>();
      for (Stream stream : streams) {
        all.add(threads.submit(() -> stream.ids(events + 1)));
      }
      for (int i = 0; i < events; i++) {
        gateway.jobs.append(job, Json.object().put("type", "tick").put("text", "x".repeat(200)));
      }
      eventually("one watch of all", () -> gateway.jobs.watchers(job) == 1);
      gateway.jobs.finish(job, "completed");
      List<Long> expected = LongStream.rangeClosed(5, 5 + events).boxed().toList();
      for (Future<List<Long>> ids : all) {
        assertThat(ids.get()).isEqualTo(expected);
      }
      for (Stream stream : streams) {
        assertThat(stream.rest()).startsWith("event: end");
        stream.close();
      }
    }
  }

  @Test
  void aSlowClientLosesNothing() throws Exception {
    int events = 8000;
    try (Stream slow = open("");
        Stream quick = open("")) {
      for (int i = 0; i < events; i++) {
        gateway.jobs.append(job, Json.object().put("type", "tick").put("text", "x".repeat(500)));
      }
      gateway.jobs.finish(job, "completed");
      List<Long> expected = LongStream.rangeClosed(1, events + 5).boxed().toList();
      assertThat(quick.ids(events + 5)).isEqualTo(expected);
      assertThat(slow.ids(events + 5)).isEqualTo(expected);
      assertThat(slow.rest()).startsWith("event: end");
    }
  }

  @Test
  void aStreamThatCannotBeReadAnyMoreSaysSoAndEnds() throws Exception {
    try (Stream events = open("");
        Stream progress = open("/workflow-progress/stream?interval=1", "")) {
      events.ids(4);
      progress.readTo("event: snapshot");
      gateway.jobs.failWith(MnException.unavailable("the runtime does not answer", null));
      gateway.jobs.append(job, Json.object().put("type", "news")); // who waits looks

      String reported =
          "data: {\"error\":\"the runtime does not answer\",\"job_id\":\"" + job + "\"}";
      assertThat(events.rest()).endsWith("event: error", reported, "");
      assertThat(progress.rest())
          .endsWith("event: error", reported, "")
          .doesNotContain("event: end");
    }
  }

  @Test
  void shortTroubleIsNotSeenByWhoFollows() throws Exception {
    try (Stream stream = open("")) {
      stream.ids(4);
      AtomicInteger failures = new AtomicInteger();
      gateway.jobs.intercept(
          call -> {
            if (failures.incrementAndGet() <= 2) {
              throw MnException.unavailable("the runtime does not answer", null);
            }
          });
      gateway.jobs.append(job, "one");
      assertThat(stream.ids(1)).containsExactly(5L);
      gateway.jobs.finish(job, "completed");
      assertThat(stream.ids(1)).containsExactly(6L);
      assertThat(stream.rest()).startsWith("event: end");
      assertThat(failures.get()).isGreaterThan(2);
    }
  }

  private HttpRequest.Builder request(String lastEventId) {
    return request("/events", lastEventId);
  }

  private HttpRequest.Builder request(String what, String lastEventId) {
    HttpRequest.Builder request =
        gateway
            .request("/api/v1/jobs/" + job + what)
            .timeout(Duration.ofSeconds(50))
            .header("Accept", "text/event-stream");
    return lastEventId.isEmpty() ? request : request.header("Last-Event-ID", lastEventId);
  }

  private Stream open(String lastEventId) throws Exception {
    return open("/events", lastEventId);
  }

  private Stream open(String what, String lastEventId) throws Exception {
    HttpResponse<InputStream> answer =
        gateway.http.send(
            request(what, lastEventId).build(), HttpResponse.BodyHandlers.ofInputStream());
    assertThat(answer.statusCode()).isEqualTo(200);
    return new Stream(
        new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8)));
  }

  /** The client's end of a stream. */
  private record Stream(BufferedReader lines) implements AutoCloseable {

    /** Reads on until so many ids have come. */
    List<Long> ids(int count) throws IOException {
      List<Long> ids = new ArrayList<>();
      while (ids.size() < count) {
        String line = lines.readLine();
        assertThat(line).as("the stream ended after %s", ids.size()).isNotNull();
        if (line.startsWith("id: ")) {
          ids.add(Long.parseLong(line.substring(4)));
          assertThat(lines.readLine()).startsWith("data: {").endsWith("}");
          assertThat(lines.readLine()).isEmpty();
        }
      }
      return ids;
    }

    void readTo(String wanted) throws IOException {
      String line = lines.readLine();
      while (!wanted.equals(line)) {
        assertThat(line).as("the stream ended before %s", wanted).isNotNull();
        line = lines.readLine();
      }
    }

    /** All lines to the end; hangs when the server does not close. */
    List<String> rest() {
      return lines.lines().toList();
    }

    @Override
    public void close() throws IOException {
      lines.close();
    }
  }
}
