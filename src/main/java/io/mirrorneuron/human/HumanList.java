package io.mirrorneuron.human;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.Redaction;
import java.time.Instant;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;

/** The human side of one run as clients read it; secrets are hidden, forms are not. Pure. */
final class HumanList {
  /** Words for requests without an answer; their records are those that ask. */
  private static final Set<String> UNANSWERED = Set.of("pending", "claimed", "overdue", "run_over");

  private HumanList() {}

  /**
   * @param status how requests must stand, or a word that records have as their status; null for
   *     everything
   */
  static ObjectNode of(String runId, HumanState state, String status, Instant now) {
    String word = status == null ? null : status.toLowerCase(Locale.ROOT);
    ObjectNode answer = Json.object().put("run_id", runId);
    ArrayNode data = answer.putArray("data");
    state.records().stream().filter(filter(state, word, now)).forEach(one -> data.add(shown(one)));
    ArrayNode requests = answer.putArray("requests");
    state.requests().values().stream()
        .filter(request -> word == null || request.is(word, now))
        .forEach(request -> requests.add(request.json(now)));
    return answer;
  }

  private static Predicate<ObjectNode> filter(HumanState state, String word, Instant now) {
    if (word == null) {
      return record -> true;
    }
    if (UNANSWERED.contains(word)) {
      return record ->
          HumanType.HUMAN_INPUT_REQUESTED.is(record)
              && state.requests().containsKey(HumanState.requestId(record))
              && state.requests().get(HumanState.requestId(record)).is(word, now);
    }
    return word.equals("answered")
        ? HumanType.HUMAN_INPUT_RECEIVED::is
        : record -> status(record).equalsIgnoreCase(word);
  }

  private static String status(JsonNode record) {
    return record.path("payload").path("status").asText(record.path("status").asText(""));
  }

  /** A form names fields, perhaps secret ones, but holds no values. */
  private static ObjectNode shown(ObjectNode record) {
    ObjectNode shown = Redaction.of(record);
    if (shown != record && shown.get("payload") instanceof ObjectNode payload) {
      ObjectNode whole = payload.deepCopy();
      for (String form : Set.of("form", "schema")) {
        if (record.path("payload").path(form) instanceof ObjectNode original) {
          whole.set(form, original);
        }
      }
      ObjectNode withForms = Json.object().<ObjectNode>setAll(shown);
      return withForms.set("payload", whole);
    }
    return shown;
  }
}
