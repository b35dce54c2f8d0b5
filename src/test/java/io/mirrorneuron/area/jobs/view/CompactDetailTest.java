package io.mirrorneuron.area.jobs.view;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.area.jobs.view.JobRecord.RunFacts;
import io.mirrorneuron.area.jobs.view.JobRecord.StoredRun;
import io.mirrorneuron.port.JobDetail;
import io.mirrorneuron.port.JobsPort.EventPage;
import io.mirrorneuron.wire.JobDetailForm;
import io.mirrorneuron.wire.Json;
import java.util.List;
import org.junit.jupiter.api.Test;

class CompactDetailTest {
  private static final EventPage NONE = new EventPage(List.of(), 0, false);

  @Test
  void theRuntimesStatusWinsOverWhatEventsAreCalled() {
    ObjectNode full = full("running");
    EventPage events =
        new EventPage(
            List.of("{\"type\":\"step_error\",\"status\":\"failed\",\"seq\":1}"), 1, false);

    ObjectNode detail =
        CompactDetail.compact("j 1", JobRecord.of(JobDetailForm.read(full)), events, RunFacts.NONE);

    assertThat(detail.at("/job/status").asText()).isEqualTo("running");
    assertThat(detail.path("failure").isNull()).isTrue();
    assertThat(detail.at("/summary/full_detail_url").asText())
        .isEqualTo("/api/v1/jobs/j%201?include=full");
  }

  @Test
  void aFailureIsShownUnlessTheJobSucceeded() {
    ObjectNode full = full("failed");
    ((ObjectNode) full.get("job")).putObject("failure").put("code", "x").put("api_token", "s3cret");
    assertThat(
            CompactDetail.compact("j", JobRecord.of(JobDetailForm.read(full)), NONE, RunFacts.NONE)
                .toString())
        .contains("\"code\":\"x\"")
        .doesNotContain("s3cret");

    ((ObjectNode) full.get("job")).put("status", "completed");
    assertThat(
            CompactDetail.compact("j", JobRecord.of(JobDetailForm.read(full)), NONE, RunFacts.NONE)
                .path("summary")
                .has("failure"))
        .isFalse();
  }

  @Test
  void filesSayWhoSubmittedTheJobOnlyWhereTheRuntimeDoesNotKnowIt() {
    ObjectNode eves = Json.object().put("submitted_by", "eve");
    StoredRun files = new StoredRun(Json.object(), eves, Json.object());
    JobRecord known = JobRecord.of(JobDetailForm.read(full("running"))).with(files);
    JobRecord gone = JobRecord.of(JobDetail.NONE).with(files);

    ObjectNode detail = CompactDetail.compact("j", known, NONE, RunFacts.NONE);
    assertThat(detail.path("job").has("submitted_by")).isFalse();
    detail = CompactDetail.compact("j", gone, NONE, RunFacts.NONE);
    assertThat(detail.at("/job/submitted_by").asText()).isEqualTo("eve");

    ObjectNode reported = full("running");
    reported.withObject("/job").put("submitted_by", "anna").put("cancelled_by", "b");
    known = JobRecord.of(JobDetailForm.read(reported)).with(files);
    detail = CompactDetail.compact("j", known, NONE, RunFacts.NONE);
    assertThat(detail.at("/summary/submitted_by").asText()).isEqualTo("anna");
    assertThat(detail.at("/job/cancelled_by").asText()).isEqualTo("b");
  }

  @Test
  void agentsAreCountedFromEventsWhenTheRuntimeNamesNone() {
    EventPage events =
        new EventPage(
            List.of(
                "{\"type\":\"a\",\"agent_id\":\"x\"}",
                "{\"type\":\"b\",\"agent_id\":\"x\",\"status\":\"busy\"}",
                "not json"),
            3,
            false);

    ObjectNode detail =
        CompactDetail.compact(
            "j", JobRecord.of(JobDetailForm.read(full("running"))), events, RunFacts.NONE);

    assertThat(detail.path("agents").toString())
        .isEqualTo("[{\"agent_id\":\"x\",\"status\":\"busy\",\"event_count\":2}]");
    assertThat(detail.at("/events/2/type").asText()).isEqualTo("unparseable_event");
  }

  @Test
  void idsAreTakenFromTheRecordAndElseFromEvents() {
    EventPage events =
        new EventPage(
            List.of("{\"type\":\"a\",\"payload\":{\"run_id\":\"r\",\"trace_id\":\"t\"}}"),
            1,
            false);
    ObjectNode full = full("running");
    ((ObjectNode) full.get("job")).put("run_id", "mine");

    ObjectNode detail =
        CompactDetail.compact("j", JobRecord.of(JobDetailForm.read(full)), events, RunFacts.NONE);

    assertThat(detail.at("/job/run_id").asText()).isEqualTo("mine");
    assertThat(detail.path("trace_id").asText()).isEqualTo("t");
  }

  @Test
  void eventsAreBoundedAndRedacted() {
    ObjectNode event = Json.object().put("type", "t").put("seq", 9);
    ObjectNode payload = event.putObject("payload");
    payload.put("long", "x".repeat(3000)).put("stdout", "y".repeat(500)).put("password", "p");
    payload
        .put("logs", 0)
        .put("total_tokens", 12)
        .put("api_token", "s3cret")
        .put("has_cookie", true);
    for (int i = 0; i < 30; i++) {
      payload.withArray("many").add(i);
    }

    ObjectNode compact = Compaction.event(event);

    assertThat(compact.at("/payload/long/chars").asInt()).isEqualTo(3000);
    assertThat(compact.at("/payload/long/preview").asText()).hasSize(2000);
    assertThat(compact.at("/payload/stdout/omitted").asBoolean()).isTrue();
    assertThat(compact.at("/payload/password").asText()).isEqualTo("[REDACTED]");
    assertThat(compact.at("/payload/api_token").asText()).isEqualTo("[REDACTED]");
    assertThat(compact.at("/payload/total_tokens").asInt()).isEqualTo(12);
    assertThat(compact.at("/payload/logs").isInt()).isTrue();
    assertThat(compact.at("/payload/has_cookie").asBoolean()).isTrue();
    assertThat(compact.at("/payload/many/25/omitted_items").asInt()).isEqualTo(5);
    assertThat(compact.path("seq").asInt()).isEqualTo(9);
  }

  private static ObjectNode full(String status) {
    ObjectNode full = Json.object();
    full.putObject("job").put("status", status);
    full.putObject("summary").put("status", status);
    full.putArray("agents");
    return full;
  }
}
