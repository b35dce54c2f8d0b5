package io.mirrorneuron.area.jobs.view;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.mirrorneuron.area.jobs.view.JobRecord.StoredRun;
import io.mirrorneuron.wire.JobDetailForm;
import io.mirrorneuron.wire.Json;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JobRecordTest {
  private static JsonNode json(String text) {
    return Json.parseObject(text, "document");
  }

  private static JobRecord of(String document) {
    return JobRecord.of(JobDetailForm.read(Json.parseObject(document, "document")));
  }

  private static JobRecord of(String document, String jobFile, String runFile) {
    return of(document)
        .with(new StoredRun(json(jobFile), json(runFile), MissingNode.getInstance()));
  }

  @ParameterizedTest
  @CsvSource({
    "succeeded,completed,true",
    "failure,failed,true",
    "canceled,cancelled,true",
    "paused,paused,false",
    "running,running,false"
  })
  void synonymsOfFinalWordsAreOne(String reported, String status, boolean isFinal) {
    JobRecord record = of("{\"job\":{\"status\":\"%s\"}}".formatted(reported));

    assertThat(record.status()).isEqualTo(status);
    assertThat(record.isFinal()).isEqualTo(isFinal);
  }

  @Test
  void theRuntimeGoesBeforeWhatTheRunLeft() {
    JobRecord both =
        of(
            "{\"job\":{\"status\":\"running\"}}",
            "{\"status\":\"failed\",\"graph_id\":\"g\"}",
            "{\"run_id\":\"r\",\"ended_at\":\"2026-06-20T10:00:01.000Z\"}");

    assertThat(both.status()).isEqualTo("running");
    assertThat(both.graphId(List.of())).isEqualTo("g");
    assertThat(both.runId()).isEqualTo("r");
    assertThat(both.endedAt()).isPositive();
    assertThat(of("{}").status()).isEqualTo("unknown");
  }

  @Test
  void whatNoDocumentTellsAnEventMay() {
    List<JobEvent> events = List.of(JobEvent.parse("{\"payload\":{\"run_id\":\"of-event\"}}"));

    assertThat(of("{}").runId(events)).isEqualTo("of-event");
    assertThat(of("{\"job\":{\"run_id\":\"told\"}}").runId(events)).isEqualTo("told");
  }

  @Test
  void programsCannotSayWhoCancelledAJobThatTheRuntimeKnows() {
    String file = "{\"cancelled_by\":\"me\"}";

    assertThat(of("{\"job\":{}}", file, "{}").cancelledBy()).isNull();
    assertThat(of("{}", file, "{}").cancelledBy()).isEqualTo("me");
  }

  @Test
  void onlyAFailedJobHasAFailure() {
    String document = "{\"job\":{\"status\":\"%s\",\"result\":{\"error\":{\"code\":\"c\"}}}}";

    assertThat(of(document.formatted("failed")).failure().path("code").asText()).isEqualTo("c");
    assertThat(of(document.formatted("completed")).failure()).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"job\":{\"event_seq\":7}}            | 7",
        "{\"recent_events\":[{\"seq\":5}]}      | 5",
        "{\"job\":{\"event_seq\":\"many\"}}     | 9223372036854775807"
      })
  void theLastEventIsCountedOrTold(String document, long last) {
    assertThat(of(document).lastEvent()).isEqualTo(last);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"enabled\":true,\"steps\":{\"a\":{}}}  | true",
        "{\"enabled\":false,\"steps\":{\"a\":{}}} | false",
        "{\"steps\":{\"a\":{}}}                   | false",
        "7                                        | false"
      })
  void aLedgerCountsWhenItIsEnabled(String ledger, boolean counts) {
    JobRecord record = of("{\"job\":{\"workflow_state\":" + ledger + "}}");

    assertThat(record.ledger().hasSteps()).isEqualTo(counts);
  }
}
