package io.mirrorneuron.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.testing.PackagedServer;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.wire.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Server-sent events over a connection that does not hold. */
@Timeout(120)
class EventStreamE2E {
  private static final long SEED = 20;
  private static final int CUTS = 20;

  @TempDir static Path folder;
  private static PackagedServer server;

  @BeforeAll
  static void start() {
    server = PackagedServer.start(folder.resolve("home"));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  /** What a client keeps from connection to connection. */
  private static final class Follower {
    final List<JsonNode> events = new ArrayList<>();
    String lastId;
    boolean ended;

    /** Reads at most {@code bytes}; what is cut off within an event was never received. */
    void follow(String job, long bytes) throws IOException {
      HttpRequest.Builder request =
          server.request("/jobs/" + job + "/events").header("Accept", "text/event-stream");
      if (lastId == null) {
        request = server.request("/jobs/" + job + "/events?after=0");
        request.header("Accept", "text/event-stream");
      } else {
        request.header("Last-Event-ID", lastId);
      }
      HttpResponse<InputStream> response =
          server.send(request, HttpResponse.BodyHandlers.ofInputStream());
      assertThat(response.statusCode()).isEqualTo(200);
      try (InputStream body = response.body()) {
        ByteArrayOutputStream received = new ByteArrayOutputStream();
        int next = 0;
        while (received.size() < bytes && (next = body.read()) >= 0) {
          received.write(next);
        }
        take(received.toString(StandardCharsets.UTF_8));
        assertThat(next >= 0 || ended).as("a stream ends with its end event").isTrue();
      }
    }

    private void take(String text) {
      int complete = text.lastIndexOf("\n\n");
      if (complete < 0) {
        return;
      }
      for (String block : text.substring(0, complete).split("\n\n")) {
        String data = "";
        String name = "message";
        for (String line : block.split("\n")) {
          if (line.startsWith("id: ")) {
            lastId = line.substring(4);
          } else if (line.startsWith("event: ")) {
            name = line.substring(7);
          } else if (line.startsWith("data: ")) {
            data = line.substring(6);
          }
        }
        if (name.equals("end")) {
          ended = true;
        } else if (!data.isEmpty()) {
          events.add(Json.parseObject(data, "event"));
        }
      }
    }
  }

  @Test
  void everyEventComesOnceHoweverOftenTheConnectionIsCut() throws IOException {
    List<String> workers = IntStream.range(0, 40).mapToObj("w%02d"::formatted).toList();
    String job =
        server.submit(
            SampleManifests.fanOut("followed", workers, worker -> new String[] {"sleep", "0.1"}));
    Random random = new Random(SEED);
    Follower follower = new Follower();

    for (int cut = 0; cut < CUTS && !follower.ended; cut++) {
      follower.follow(job, 200 + random.nextInt(1500));
    }
    assertThat(follower.ended).as("the job had not ended before the last cut").isFalse();
    follower.follow(job, Long.MAX_VALUE);

    assertThat(follower.ended).isTrue();
    assertThat(follower.events).isEqualTo(server.events(job));
    assertThat(follower.events)
        .extracting(event -> event.path("seq").asInt())
        .isEqualTo(IntStream.rangeClosed(1, follower.events.size()).boxed().toList());
    assertThat(follower.events.getLast().path("type").asText()).isEqualTo("job_completed");
  }

  @Test
  void aStreamGoesOnAfterTheServerWasKilled() throws IOException {
    List<String> workers = IntStream.range(0, 10).mapToObj("w%02d"::formatted).toList();
    String job =
        server.submit(
            SampleManifests.fanOut(
                "interrupted", workers, worker -> new String[] {"sleep", "0.2"}));
    Follower follower = new Follower();
    follower.follow(job, 2000);
    server.kill9();
    server.restart();
    follower.follow(job, Long.MAX_VALUE);

    assertThat(follower.events).isEqualTo(server.events(job));
  }
}
