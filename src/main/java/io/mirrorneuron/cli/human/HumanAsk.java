package io.mirrorneuron.cli.human;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.wire.Json;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * What people are asked, as the API shows it. What it does not tell is null.
 *
 * @param runId only in the list of all runs
 * @param allowedDecisions empty when any will do
 * @param form a JSON Schema that the answer must fit
 * @param defaultAnswer what counts when it is closed by time
 * @param shownSha256 fingerprint of what is asked
 */
record HumanAsk(
    String runId,
    String requestId,
    String prompt,
    String status,
    String requestedAt,
    List<String> allowedDecisions,
    Form form,
    String dueAt,
    @JsonProperty("default") Answer defaultAnswer,
    long approvalsRequired,
    Claim claim,
    List<Answer> decisions,
    String shownSha256,
    List<String> faults) {

  record Answer(String decision, String by, String at) {}

  record Claim(String by, String until) {}

  record Form(Map<String, Field> properties, List<String> required) {
    /**
     * @param choices the values that are allowed; empty when any of the type is
     * @param preset what counts when nothing is given
     */
    record Field(
        String type,
        String title,
        String description,
        @JsonProperty("enum") List<JsonNode> choices,
        @JsonProperty("default") JsonNode preset) {

      /** What it is for, which values it takes, and which one counts when none is given. */
      String what() {
        String text = Objects.toString(description, Objects.toString(title, ""));
        if (!choices.isEmpty()) {
          text += choices.stream().map(Field::word).collect(Collectors.joining(", ", " (", ")"));
        }
        return (preset == null ? text : text + " [" + word(preset) + "]").strip();
      }

      private static String word(JsonNode json) {
        return json.isTextual() ? json.textValue() : Json.write(json);
      }
    }
  }

  /** Whether somebody can still answer. */
  boolean isOpen() {
    return status == null || List.of("pending", "claimed", "overdue").contains(status);
  }
}
