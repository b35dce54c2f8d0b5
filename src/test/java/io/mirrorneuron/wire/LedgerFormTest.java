package io.mirrorneuron.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.model.StepOutcome;
import io.mirrorneuron.model.StepPhase;
import io.mirrorneuron.port.LedgerView;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LedgerFormTest {
  /** A step that is tried again and an instance that has failed. */
  private static final String WHOLE =
      """
      {"schema_version":1,"enabled":true,"job_id":"j","run_id":"run-j",
       "created_at":"2026-06-20T10:00:00.000Z","updated_at":"2026-06-20T10:00:09.000Z",
       "status":"running","step_order":["read","dish[0]"],"agent_to_step":{"reader":"read"},
       "edges":[{"id":"e","from":"read","to":"dish","required":true,"accepts":["done","partial"]}],
       "steps":{
        "read":{"id":"read","label":"Read","run":"reader","agent_ids":["reader"],"required":true,
         "failure_policy":"fail_workflow","trigger_rule":{"rule":"quorum","quorum":2},
         "max_attempts":3,"retry_backoff_ms":1000,"retry_backoff_multiplier":2.0,
         "timeout_seconds":0.5,"beacon_timeout_ms":45000,"status":"retry_wait","attempt_count":2,
         "attempts":[{"attempt_id":"read:attempt:1","attempt":1,"agent_id":"reader",
          "message_id":"m","idempotency_key":"run-j:read:1:m",
          "started_at":"2026-06-20T10:00:01.000Z","deadline_at":null,"heartbeat_deadline_at":null,
          "last_beacon_at":null,"status":"failed","ended_at":"2026-06-20T10:00:02.000Z"}],
         "current_attempt":{"attempt_id":"read:attempt:2","attempt":2,"agent_id":"reader",
          "started_at":"2026-06-20T10:00:01.000Z","deadline_at":"2026-06-20T10:05:01.000Z",
          "heartbeat_deadline_at":null,"last_beacon_at":null,"status":"retry_wait"},
         "deadline_at":null,"heartbeat_deadline_at":null,"retry_at":"2026-06-20T10:00:03.000Z",
         "started_at":"2026-06-20T10:00:01.000Z","ended_at":null,
         "last_event_at":"2026-06-20T10:00:02.000Z","terminal_reason":null,"terminal_error":null,
         "last_error":{"code":"c","desc":"d"},"terminal_outcome":null,
         "last_message":{"message_id":"m"},"output":null},
        "dish[0]":{"id":"dish[0]","label":"Dish","run":"cook","agent_ids":[],"required":false,
         "failure_policy":"skip","trigger_rule":{"rule":"all_success"},
         "max_attempts":1,"retry_backoff_ms":0,"retry_backoff_multiplier":1.5,
         "timeout_seconds":300.0,"beacon_timeout_ms":0,"template":"dish","map_index":0,
         "status":"failed","attempt_count":1,"attempts":[],"current_attempt":null,
         "deadline_at":null,"heartbeat_deadline_at":null,"retry_at":null,"started_at":null,
         "ended_at":"2026-06-20T10:00:09.000Z","last_event_at":null,"terminal_reason":"burnt",
         "terminal_error":{"code":"c"},"last_error":{"code":"c"},"terminal_outcome":"failed",
         "last_message":null,"output":{"plate":[1,2]}}},
       "messages":{"m":{"message_id":"m","step_id":"read","status":"running",
        "updated_at":"2026-06-20T10:00:02.000Z"}}}
      """;

  private static JsonNode json(String text) {
    return Json.parseObject(text, "ledger");
  }

  @Test
  void whatIsReadIsWrittenAsItWas() {
    JsonNode whole = json(WHOLE);

    assertThat(Json.write(LedgerForm.write(LedgerForm.read(whole)))).isEqualTo(Json.write(whole));
  }

  @Test
  void membersAreReadByTheirMeaning() {
    LedgerView.Step read = LedgerForm.read(json(WHOLE)).steps().get("read");
    LedgerView.Step dish = LedgerForm.read(json(WHOLE)).steps().get("dish[0]");

    assertThat(read.phase()).isEqualTo(StepPhase.RETRY_WAIT);
    assertThat(read.attempts().latest().id()).isEqualTo("read:attempt:2");
    assertThat(read.times().retryAt() - read.times().startedAt()).isEqualTo(2000);
    assertThat(read.instance()).isNull();
    assertThat(dish.instance()).isEqualTo(new LedgerView.Instance("dish", 0));
    assertThat(dish.result().outcome()).isEqualTo(StepOutcome.FAILED);
    assertThat(dish.attempts().latest()).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"schema_version\":1,\"enabled\":false,\"steps\":{\"a\":{}}}",
        "{\"enabled\":\"yes\",\"steps\":{\"a\":{}}}",
        "{\"enabled\":true,\"steps\":[1]}"
      })
  void withoutStepsThereIsNoLedger(String text) {
    LedgerView ledger = LedgerForm.read(json(text));

    assertThat(ledger.hasSteps()).isFalse();
    assertThat(LedgerForm.write(ledger).toString())
        .isEqualTo("{\"schema_version\":1,\"enabled\":false}");
  }

  @Test
  void membersOfTheWrongTypeAreNotTold() {
    LedgerView ledger =
        LedgerForm.read(
            json(
                """
                {"enabled":true,"edges":7,"messages":[],"agent_to_step":"x","steps":{"a":
                 {"status":"dreaming","attempts":{},"started_at":9,"agent_ids":[1,"b"]},"c":8}}
                """));

    LedgerView.Step step = ledger.steps().get("a");
    assertThat(step.phase()).isNull();
    assertThat(step.times().startedAt()).isZero();
    assertThat(step.declared().agentIds()).containsExactly("b");
    assertThat(ledger.steps().get("c").phase()).isNull();
  }
}
