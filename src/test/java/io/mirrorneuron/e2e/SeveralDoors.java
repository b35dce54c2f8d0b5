package io.mirrorneuron.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.testing.PackagedServer;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A plain client of several servers: goes to the next one when one is closed or says that it cannot
 * now. All else that is not an answer counts as a fault.
 */
final class SeveralDoors {
  private static final Duration PAUSE = Duration.ofMillis(50);
  private static final Duration PATIENCE = Duration.ofSeconds(40);

  private final List<PackagedServer> servers;
  private final AtomicInteger refused = new AtomicInteger();
  private final AtomicInteger closed = new AtomicInteger();
  private final AtomicInteger streams = new AtomicInteger();
  private final Queue<String> faults = new ConcurrentLinkedQueue<>();

  SeveralDoors(List<PackagedServer> servers) {
    this.servers = servers;
  }

  /** What no client should see. */
  Queue<String> faults() {
    return faults;
  }

  /** How many servers refused, were closed, and ended streams. */
  String reported() {
    return "%s refused, %s closed, %s streams".formatted(refused, closed, streams);
  }

  ObjectNode get(String path) {
    return answer(path, null, "");
  }

  /**
   * @param key the same for each attempt, so that it counts once
   */
  ObjectNode post(String path, ObjectNode body, String key) {
    return answer(path, body, key);
  }

  private ObjectNode answer(String path, ObjectNode body, String key) {
    int endpoint = ThreadLocalRandom.current().nextInt(servers.size());
    long until = System.nanoTime() + PATIENCE.toNanos();
    do {
      PackagedServer server = servers.get(endpoint++ % servers.size());
      HttpRequest.Builder request = server.request(path);
      if (body != null) {
        request.header("Content-Type", "application/json").header("Idempotency-Key", key);
        request.POST(BodyPublishers.ofString(Json.write(body)));
      }
      Optional<HttpResponse<String>> answer = server.trySend(request);
      if (answer.isEmpty()) {
        closed.incrementAndGet();
      } else if (answer.get().statusCode() == 200) {
        return Json.parseObject(answer.get().body(), "answer");
      } else {
        note(path, answer.get());
      }
      LockSupport.parkNanos(PAUSE.toNanos());
    } while (System.nanoTime() < until);
    throw new AssertionError("no server answers " + path);
  }

  private void note(String path, HttpResponse<String> answer) {
    boolean isReported = answer.headers().firstValue("Retry-After").isPresent();
    if (answer.statusCode() == 503 && isReported) {
      refused.incrementAndGet();
    } else {
      faults.add("%s: %s %s".formatted(path, answer.statusCode(), answer.body()));
    }
  }

  /** All events of the job until it ends, by streams that are resumed where they broke. */
  List<JsonNode> follow(String job) {
    List<JsonNode> events = new ArrayList<>();
    String cursor = "0";
    int endpoint = 0;
    while (cursor != null) {
      PackagedServer server = servers.get(endpoint++ % servers.size());
      HttpRequest.Builder request =
          server
              .request("/jobs/" + job + "/events")
              .header("Accept", "text/event-stream")
              .header("Last-Event-ID", cursor);
      try {
        var answer = server.send(request, HttpResponse.BodyHandlers.ofInputStream());
        String reported = all(answer.body());
        streams.incrementAndGet();
        if (answer.statusCode() == 200) {
          cursor = take(reported, cursor, events);
        } else if (answer.statusCode() != 503) {
          faults.add("stream: %s %s".formatted(answer.statusCode(), reported));
        }
      } catch (AssertionError away) {
        closed.incrementAndGet();
      }
      LockSupport.parkNanos(PAUSE.toNanos());
    }
    return events;
  }

  /** All that comes until the connection is closed, by whatever. */
  private static String all(InputStream body) {
    StringBuilder reported = new StringBuilder();
    byte[] bytes = new byte[8192];
    try (body) {
      for (int n = body.read(bytes); n >= 0; n = body.read(bytes)) {
        reported.append(new String(bytes, 0, n, StandardCharsets.ISO_8859_1));
      }
    } catch (IOException closed) {
      return reported.toString();
    }
    return reported.toString();
  }

  /** The next cursor; null when the stream said that it has ended. */
  private String take(String reported, String cursor, List<JsonNode> events) {
    if (!reported.isEmpty() && !reported.endsWith("\n\n")) {
      faults.add(
          "a stream broke off within a record: " + reported.substring(reported.length() - 20));
    }
    String last = cursor;
    for (String record : reported.split("\n\n")) {
      boolean isEvent = false;
      for (String line : record.split("\n")) {
        if (line.equals("event: end")) {
          return null;
        }
        if (line.startsWith("id: ")) {
          last = line.substring(4).strip();
          isEvent = true;
        } else if (line.startsWith("data: ") && isEvent) {
          events.add(Json.parseObject(line.substring(6), "event"));
        }
      }
    }
    return last;
  }
}
