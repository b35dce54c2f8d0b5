package io.mirrorneuron.human;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.Json;
import org.junit.jupiter.api.Test;

/** What answers a question allows. */
class AnswerTest {
  private static Question question(String form) {
    ObjectNode payload = Json.parseObject("{\"prompt\": \"Sure?\", \"form\": " + form + "}", "q");
    return Question.of(
        HumanRecord.of(Json.object().put("type", "human_input_requested").set("payload", payload)));
  }

  private static Answer answer(String body) {
    return Answer.of("q", Json.parseObject(body, "answer"), new Person("ada", false));
  }

  @Test
  void aFormWithoutOtherMembersLetsOursThrough() {
    Question closed =
        question(
            "{\"properties\": {\"n\": {\"type\": \"number\"}}, \"additionalProperties\": false}");

    assertThat(
            answer("{\"decision\": \"approve\", \"comment\": \"fine\", \"n\": 1}").faults(closed))
        .isEmpty();
    assertThat(answer("{\"decision\": \"approve\", \"m\": 1}").faults(closed)).isNotEmpty();
  }

  @Test
  void aFormMayAskForAComment() {
    Question asking =
        question(
            "{\"properties\": {\"comment\": {\"minLength\": 9}}, \"required\": [\"comment\"]}");

    assertThat(answer("{\"decision\": \"approve\"}").faults(asking)).isNotEmpty();
    assertThat(answer("{\"decision\": \"approve\", \"comment\": \"short\"}").faults(asking))
        .isNotEmpty();
    assertThat(answer("{\"decision\": \"approve\", \"comment\": \"long enough\"}").faults(asking))
        .isEmpty();
  }
}
