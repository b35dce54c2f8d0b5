package io.mirrorneuron.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.wire.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Follows a job over server-sent events, and what it keeps from connection to connection. */
final class EventFollower {
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final String job;
  private final List<JsonNode> events = new ArrayList<>();
  private String lastId;
  private boolean ended;
  private volatile int connections;

  EventFollower(String job) {
    this.job = job;
  }

  /** What was received, in this order. */
  List<JsonNode> events() {
    return events;
  }

  /** How often a stream has begun. */
  int connections() {
    return connections;
  }

  boolean hasEnded() {
    return ended;
  }

  /**
   * Reads at most so many bytes; what is cut off within an event was never received.
   *
   * @param endpoint makes the request for a path of the API
   * @return false when the stream has ended without saying so
   */
  boolean follow(Function<String, HttpRequest.Builder> endpoint, long bytes) throws IOException {
    HttpRequest.Builder request =
        lastId == null
            ? endpoint.apply("/jobs/" + job + "/events?after=0")
            : endpoint.apply("/jobs/" + job + "/events").header("Last-Event-ID", lastId);
    HttpResponse<InputStream> response = send(request.header("Accept", "text/event-stream"));
    assertThat(response.statusCode()).isEqualTo(200);
    connections++;
    ByteArrayOutputStream received = new ByteArrayOutputStream();
    int next = 0;
    try (InputStream body = response.body()) {
      while (received.size() < bytes && (next = body.read()) >= 0) {
        received.write(next);
      }
    } finally {
      take(received.toString(StandardCharsets.UTF_8));
    }
    return next >= 0 || ended;
  }

  private HttpResponse<InputStream> send(HttpRequest.Builder request) throws IOException {
    try {
      return http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
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
      } else if (name.equals("message") && !data.isEmpty()) {
        events.add(Json.parseObject(data, "event"));
      }
    }
  }
}
