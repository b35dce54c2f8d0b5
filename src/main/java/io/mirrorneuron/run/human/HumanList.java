package io.mirrorneuron.run.human;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.human.HumanRecord;
import io.mirrorneuron.human.HumanType;
import io.mirrorneuron.wire.Json;
import java.time.Instant;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;

/** The human side of one run as clients read it. Pure. */
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
    state.records().stream()
        .filter(filter(state, word, now))
        .forEach(one -> data.add(HumanView.record(one)));
    ArrayNode requests = answer.putArray("requests");
    state.requests().values().stream()
        .filter(request -> word == null || request.is(word, now))
        .forEach(request -> requests.add(HumanView.request(request, now)));
    return answer;
  }

  private static Predicate<HumanRecord> filter(HumanState state, String word, Instant now) {
    if (word == null) {
      return record -> true;
    }
    if (UNANSWERED.contains(word)) {
      return record ->
          record.is(HumanType.HUMAN_INPUT_REQUESTED)
              && state.requests().containsKey(record.requestId())
              && state.requests().get(record.requestId()).is(word, now);
    }
    return word.equals("answered")
        ? record -> record.is(HumanType.HUMAN_INPUT_RECEIVED)
        : record -> record.status().equalsIgnoreCase(word);
  }
}
