package io.mirrorneuron.runtime.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.JobDetailForm;
import io.mirrorneuron.wire.Json;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class AnswerBudgetTest {
  private static final String KILOBYTE = "x".repeat(1024);

  @Test
  void aSmallDetailIsLeftAlone() {
    ObjectNode detail = detail();
    detail.withArray("/recent_events").addObject().put("type", "job_running");
    assertThat(AnswerBudget.detail(JobDetailForm.read(detail))).isEqualTo(Json.write(detail));
  }

  @Test
  void recentEventsGoFirst() throws Exception {
    ObjectNode detail = detail();
    ArrayNode events = detail.withArray("/recent_events");
    for (int i = 0; i < 1000; i++) {
      events.addObject().put("text", KILOBYTE);
    }
    JsonNode cut = fitting(detail);
    assertThat(cut.path("recent_events")).isEmpty();
    assertThat(cut.path("summary").path("detail_truncated").asBoolean()).isTrue();
    assertThat(cut.path("job").path("result").path("answer").asInt()).isEqualTo(42);
  }

  @Test
  void thenTheLedgerShrinksToItsStatuses() throws Exception {
    ObjectNode detail = detail();
    ObjectNode ledger = detail.withObject("/job/workflow_state").put("enabled", true);
    for (int i = 0; i < 1000; i++) {
      ledger
          .withObject("/steps/s" + i)
          .put("status", "running")
          .withObject("/last_error")
          .put("text", KILOBYTE);
    }
    JsonNode cut = fitting(detail).path("job").path("workflow_state");
    assertThat(cut.path("enabled").asBoolean()).isTrue();
    assertThat(cut.path("steps")).hasSize(1000);
    assertThat(cut.path("steps").path("s7").path("status").asText()).isEqualTo("running");
  }

  @Test
  void atWorstTheScalarsAndAFewAgentsRemain() throws Exception {
    ObjectNode detail = detail();
    for (int i = 0; i < 2000; i++) {
      detail.withArray("/agents").addObject().put("agent_id", "a" + i).put("text", KILOBYTE);
      detail.withObject("/job/workflow_state/steps/s" + i).put("status", "ready");
    }
    JsonNode cut = fitting(detail);
    assertThat(cut.path("agents")).hasSize(25);
    assertThat(cut.path("job").path("status").asText()).isEqualTo("running");
    assertThat(cut.path("job").path("workflow_step_count").asInt()).isEqualTo(2000);
  }

  @Test
  void rowsThatDoNotFitAreLeftOutAndSaid() throws Exception {
    ObjectNode page = Json.object();
    for (int i = 0; i < 5000; i++) {
      page.withArray("/data").addObject().put("job_id", "j" + i).put("text", KILOBYTE);
    }
    String text = AnswerBudget.rows(page, "data");
    assertThat(text.getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(4 * 1024 * 1024);
    JsonNode cut = Json.parse(text);
    assertThat(cut.path("truncated").asBoolean()).isTrue();
    assertThat(cut.path("data").size()).isBetween(3500, 4095);
    assertThat(cut.path("data").path(0).path("job_id").asText()).isEqualTo("j0");
  }

  @Test
  void anEventThatIsTooLargeKeepsItsHead() throws Exception {
    ObjectNode event = Json.object().put("type", "huge").put("seq", 3);
    event.put("text", "é".repeat(3 * 1024 * 1024));
    JsonNode cut = Json.parse(AnswerBudget.event(Json.write(event)));
    assertThat(cut.path("type").asText()).isEqualTo("huge");
    assertThat(cut.path("seq").asInt()).isEqualTo(3);
    assertThat(cut.path("truncated").asBoolean()).isTrue();
    assertThat(cut.has("text")).isFalse();
  }

  private static ObjectNode detail() {
    ObjectNode detail = Json.object();
    detail.withObject("/job").put("job_id", "j").put("status", "running");
    detail.withObject("/job/result").put("answer", 42);
    detail.withObject("/summary").put("status", "running");
    return detail;
  }

  private static JsonNode fitting(ObjectNode detail) throws Exception {
    String text = AnswerBudget.detail(JobDetailForm.read(detail));
    assertThat(text.getBytes(StandardCharsets.UTF_8)).hasSizeLessThanOrEqualTo(1_000_000);
    return Json.parse(text);
  }
}
