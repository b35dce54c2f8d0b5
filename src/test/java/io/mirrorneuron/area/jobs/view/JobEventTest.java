package io.mirrorneuron.area.jobs.view;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JobEventTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      nullValues = "-",
      value = {
        "{\"step\":\"own\",\"payload\":{\"step\":\"p\"}}      | p   | -",
        "{\"step\":\"own\",\"payload\":{\"step\":7}}          | own | -",
        "{\"phase\":\"x\",\"worker\":\" \",\"agent_id\":\"a\"}| x   | a",
        "{\"payload\":{\"phase_id\":\"x\"},\"node_id\":\"n\"} | x   | n",
        "{\"payload\":[],\"step\":null}                       | -   | -"
      })
  void thePayloadGoesFirstAndWrongTypesCountAsAbsent(String event, String step, String agent) {
    assertThat(JobEvent.parse(event).stepId()).isEqualTo(step);
    assertThat(JobEvent.parse(event).agentId()).isEqualTo(agent);
  }

  @Test
  void aTextThatIsNoObjectIsAnEventThatSaysSo() {
    assertThat(JobEvent.parse("x".repeat(3000)).type()).isEqualTo("unparseable_event");
    assertThat(JobEvent.parse("x".repeat(3000)).text("message")).hasSize(2000);
    assertThat(JobEvent.parse("[1]").type()).isEqualTo("unparseable_event");
  }

  @Test
  void numbersAreFinite() {
    assertThat(JobEvent.parse("{\"tokens\":\"many\",\"n\":1e999}").number("tokens", "n")).isNull();
    assertThat(JobEvent.parse("{\"total_tokens\":4}").number("tokens", "total_tokens"))
        .isEqualTo(4);
  }
}
