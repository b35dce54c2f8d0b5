package io.mirrorneuron.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DeadLetterScanTest {
  private static final String LETTER =
      """
      {"type":"dead_letter","agent_id":"a","timestamp":"t","reason":"no edge","message":{"body":1}}
      """;

  private static List<String> found(String... events) {
    DeadLetterScan scan = new DeadLetterScan();
    scan.read(List.of(events));
    return scan.letters().stream().map(JsonNode::toString).toList();
  }

  @Test
  void lettersAreCountedAndTheirPlacesInTheWholeLogGoOnOverPortions() {
    DeadLetterScan scan = new DeadLetterScan();
    scan.read(List.of("{\"type\":\"job_running\"}", LETTER));
    scan.read(List.of());
    scan.read(List.of("{\"type\":\"note\"}", LETTER));

    assertThat(scan.letters())
        .extracting(letter -> letter.get("index").asInt() + " at " + letter.get("event_index"))
        .containsExactly("0 at 1", "1 at 3");
    assertThat(scan.letters().getFirst().toString())
        .isEqualTo(
            "{\"index\":0,\"event_index\":1,\"agent_id\":\"a\",\"reason\":\"no edge\","
                + "\"timestamp\":\"t\",\"message\":{\"body\":1}}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"type":"dead_letter","reason":"r","error":"e","payload":{"reason":"p"}} | "r"
          {"type":"dead_letter","reason":null,"error":{"code":"e"}}                | {"code":"e"}
          {"type":"dead_letter","payload":{"reason":"p"}}                          | "p"
          {"type":"dead_letter"}                                                   | null
          """)
  void theReasonStandsInThreePlaces(String event, String reason) {
    assertThat(found(event)).singleElement().asString().contains("\"reason\":" + reason + ",");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"type\":\"note\",\"message\":\"dead_letter\"}",
        "{\"type\":\"workflow_message_dead_lettered\"}",
        "[\"dead_letter\"]",
        "dead_letter"
      })
  void otherEventsAreNone(String event) {
    assertThat(found(event)).isEmpty();
  }
}
