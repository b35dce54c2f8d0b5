package io.mirrorneuron.runtime.decide;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.loop.Stage;
import io.mirrorneuron.runtime.port.Executions;
import io.mirrorneuron.wire.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What programs may write into the history of their job. */
class WorkerEventsTest {
  private static final String ONE_PROGRAM =
      """
      {'manifest_version':'1.0','graph_id':'g','entrypoints':['work'],
       'nodes':[{'node_id':'work','agent_type':'executor','config':{'command':['x'],
         'runner_module':'MirrorNeuron.Runner.HostLocal','max_attempts':1}}]}
      """;

  private final Stage stage = Stage.of(ONE_PROGRAM);

  private static ObjectNode answer(ArrayNode events) {
    ObjectNode answer = Json.object();
    answer.set("events", events);
    return answer;
  }

  @Test
  void anEventOfItsOwnStandsInTheHistoryWithAgentAndPayload() {
    stage.succeed("work", "{'events':[{'type':'order_read','payload':{'lines':3}}]}");

    JsonNode event = stage.event("order_read");
    assertThat(event.path("agent_id").asText()).isEqualTo("work");
    assertThat(event.at("/payload/lines").asInt()).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "job_completed",
        "job_failed",
        "job_cancelled",
        "dead_letter",
        "stream_heartbeat",
        "sandbox_job_failed",
        "worker_event_rejected"
      })
  void theWordOfTheRuntimeCannotBeForged(String type) {
    stage.succeed(
        "work",
        "{'events':[{'type':'%s','payload':{'forged':true}},{'type':'mine'}]}".formatted(type));

    assertThat(stage.event("worker_event_rejected").at("/payload/type").asText()).isEqualTo(type);
    assertThat(stage.events()).noneMatch(event -> event.at("/payload/forged").asBoolean());
    assertThat(stage.types()).contains("mine").endsWith("job_completed");
  }

  @Test
  void aProgramThatFailsCannotForgeEither() {
    stage.end(
        "work",
        Executions.Ending.FAILED,
        1,
        "exit code 1",
        "",
        new Executions.Structured(
            java.util.List.of(),
            java.util.List.of(new Executions.Event("job_completed", Json.object())),
            null,
            null,
            null,
            null));

    assertThat(stage.types()).contains("worker_event_rejected").doesNotContain("job_completed");
    assertThat(stage.status()).isEqualTo("failed");
  }

  @Test
  void eventsBeyondTheThousandthAreCountedAndDropped() {
    ArrayNode events = Json.MAPPER.createArrayNode();
    for (int i = 0; i < 1500; i++) {
      events.addObject().put("type", "tick");
    }

    stage.succeed("work", "", answer(events));

    assertThat(stage.events("tick")).hasSize(1000);
    assertThat(stage.event("worker_event_rejected").at("/payload/count").asInt()).isEqualTo(500);
  }

  @Test
  void aHugePayloadIsRefusedAndTheWorkCountsAllTheSame() {
    ArrayNode events = Json.MAPPER.createArrayNode();
    events.addObject().put("type", "dump").putObject("payload").put("x", "x".repeat(300_000));

    stage.succeed("work", "", answer(events));

    assertThat(stage.types()).doesNotContain("dump").contains("worker_event_rejected");
    assertThat(stage.status()).isEqualTo("completed");
  }
}
