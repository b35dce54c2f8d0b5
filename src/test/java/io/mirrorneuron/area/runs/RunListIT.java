package io.mirrorneuron.area.runs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.testing.RunFiles;
import io.mirrorneuron.testing.SocketClient;
import io.mirrorneuron.testing.WithGuardedGateway;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The list of all runs that a gateway shows. */
class RunListIT extends WithGuardedGateway {
  @Test
  void runsAreListedInPages() throws Exception {
    for (int i = 0; i < 3; i++) {
      RunFiles.write(folder.resolve("runs/p" + i));
    }

    JsonNode first = Json.parse(gateway.get("/api/v1/runs?limit=2&status=completed").body());
    JsonNode second =
        Json.parse(
            gateway.get("/api/v1/runs?limit=2&cursor=" + first.path("next").asText()).body());

    assertThat(first.findValuesAsText("run_id")).containsExactly("p2", "p1");
    assertThat(second.findValuesAsText("run_id")).containsExactly("p0");
    assertThat(first.path("total").asInt()).isEqualTo(3);
    assertThat(second.has("next")).isFalse();
    assertThat(gateway.get("/api/v1/runs?since=yesterday").statusCode()).isEqualTo(422);
    assertThat(gateway.get("/api/v1/runs?cursor=x").statusCode()).isEqualTo(422);
    assertThat(gateway.get("/api/v1/runs?limit=0").statusCode()).isEqualTo(422);
  }

  @Test
  void oneRunIsToldAsInTheList() throws Exception {
    RunFiles.write(folder.resolve("runs/p1"));
    JsonNode listed = Json.parse(gateway.get("/api/v1/runs").body()).at("/data/0");

    assertThat(Json.parse(gateway.get("/api/v1/runs/p1").body())).isEqualTo(listed);
    var unknown = gateway.get("/api/v1/runs/p2");
    assertThat(unknown.statusCode()).isEqualTo(404);
    assertThat(Json.parse(unknown.body()).path("error").asText()).isEqualTo("run_not_found");
    assertThat(gateway.get("/api/v1/runs/-p").statusCode()).isEqualTo(400);
  }

  @Test
  void aTimeToAskFromMayBeWrittenInSeveralWays() throws Exception {
    RunFiles.write(folder.resolve("runs/p1"));
    for (String later :
        List.of("2026-06-20T10:00:01Z", "2026-06-20T12:00:01+02:00", "2026-06-21")) {
      assertThat(listed("since=" + later)).as(later).doesNotContain("p1");
    }
    for (String earlier :
        List.of("2026-06-20T10:00:00", "2026-06-20T11:59:59%2B02:00", "2026-06-20")) {
      assertThat(listed("since=" + earlier)).as(earlier).contains("p1");
    }
  }

  private List<String> listed(String query) throws Exception {
    return Json.parse(gateway.get("/api/v1/runs?" + query).body()).findValuesAsText("run_id");
  }

  @Test
  @Timeout(60)
  void theListOfRunsIsFollowedOverASocket() throws Exception {
    try (SocketClient socket =
        gateway.socket("/api/v1/runs/ws?limit=1&blueprint_id=harbour-report")) {
      ObjectNode first = socket.next();
      assertThat(first.path("event").asText()).isEqualTo("runs");
      assertThat(first.at("/data/data")).isEmpty();
      appear("p1", "2026-06-20T10:00:00.120Z");
      ObjectNode second = reportedWhole(socket, "p1");
      assertThat(second.path("id").asLong()).isGreaterThan(first.path("id").asLong());
      appear("p2", "2026-06-20T11:00:00.120Z");
      ObjectNode third = reportedWhole(socket, "p2");
      assertThat(third.at("/data/data")).hasSize(1);
      assertThat(third.at("/data/total").asInt()).isEqualTo(2);
      HttpRequest.Builder again =
          gateway.request("/api/v1/runs/stream?after=" + third.path("id").asLong());
      assertThat(gateway.send(again.header("Accept", "application/json").build()).body())
          .startsWith("{\"data\":[],");
    }
    try (Stream<String> lines =
        HttpClient.newHttpClient()
            .send(
                gateway.request("/api/v1/runs/stream?q=p1").build(),
                HttpResponse.BodyHandlers.ofLines())
            .body()) {
      assertThat(lines.filter(line -> line.startsWith("event") || line.startsWith("data")).limit(2))
          .satisfiesExactly(
              event -> assertThat(event).isEqualTo("event: runs"),
              data -> assertThat(data).contains("\"run_id\":\"p1\"").contains("\"total\":1"));
    }
    assertThat(gateway.get("/api/v1/runs/stream?since=x").statusCode()).isEqualTo(422);
    assertThat(gateway.get("/api/v1/runs/ws").statusCode()).isEqualTo(426);
  }

  /** Makes a run whole at once: where it stands in the list is known with its first look. */
  private void appear(String runId, String startedAt) throws IOException {
    Path draft = folder.resolve("drafts").resolve(runId);
    RunFiles.write(draft);
    RunFiles.write(draft, "run.json", RunFiles.ended(runId, startedAt));
    Files.move(draft, folder.resolve("runs").resolve(runId), StandardCopyOption.ATOMIC_MOVE);
  }

  /** The list with all that is to be told of the run. */
  private static ObjectNode reportedWhole(SocketClient socket, String runId) throws Exception {
    ObjectNode reported = socket.next();
    while (!reported.at("/data/data/0/job_id").asText().equals("job-of-" + runId)
        || !reported.at("/data/data/0").hasNonNull("trace_id")) {
      reported = socket.next();
    }
    return reported;
  }
}
