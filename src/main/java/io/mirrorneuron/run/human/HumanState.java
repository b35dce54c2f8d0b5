package io.mirrorneuron.run.human;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.run.folder.Records;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The human side of one run at one moment. Immutable.
 *
 * @param records all, by time
 * @param requests by id, in the order in which they were asked
 */
record HumanState(List<ObjectNode> records, Map<String, HumanRequest> requests) {

  /**
   * What the records make of the requests. The order of {@code human.jsonl} is the order of what
   * happened. Records that only the event log has come after those, as far as they are not older
   * than what is known: that log holds copies that the runtime made, a little different.
   *
   * @param human of {@code human.jsonl}, in its order
   * @param others that only the event log has
   */
  static HumanState of(List<ObjectNode> human, List<ObjectNode> others) {
    List<ObjectNode> records = new ArrayList<>(human);
    records.addAll(others);
    records.sort(Comparator.comparing(HumanState::moment));
    Map<String, HumanRequest> requests = new LinkedHashMap<>();
    human.forEach(record -> fold(requests, record));
    Map<String, HumanRequest> told = Map.copyOf(requests);
    others.stream()
        .sorted(Comparator.comparing(HumanState::moment))
        .filter(record -> isNews(record, told, requests))
        .forEach(record -> fold(requests, record));
    requests.values().removeIf(request -> request.question() == null);
    return new HumanState(List.copyOf(records), Collections.unmodifiableMap(requests));
  }

  /** The same when the run has ended: what was open is left over. */
  HumanState atEnd() {
    Map<String, HumanRequest> ended = new LinkedHashMap<>(requests);
    ended.replaceAll((id, request) -> request.atEnd());
    return new HumanState(records, Collections.unmodifiableMap(ended));
  }

  private static void fold(Map<String, HumanRequest> requests, ObjectNode record) {
    String id = requestId(record);
    if (!id.isEmpty()) {
      requests.merge(
          id, HumanRequest.unknown(id).after(record), (request, _) -> request.after(record));
    }
  }

  private static boolean isNews(
      ObjectNode record, Map<String, HumanRequest> told, Map<String, HumanRequest> requests) {
    HumanRequest request = requests.get(requestId(record));
    if (request == null || request.question() == null) {
      return true;
    }
    Instant moment = moment(record);
    Instant asked = orMin(request.question().askedAt());
    if (!HumanType.HUMAN_INPUT_REQUESTED.is(record)) {
      return !moment.isBefore(asked);
    }
    HumanRequest inFile = told.get(request.id());
    return (inFile == null || inFile.question() == null)
        && moment.isAfter(asked)
        && moment.isAfter(orMin(request.closedAt()));
  }

  static String requestId(ObjectNode record) {
    return record.path("payload").path("request_id").asText(record.path("request_id").asText(""));
  }

  /** All names under which a notice may be acknowledged; empty for what is none. */
  static Stream<String> noticeIds(ObjectNode record) {
    return HumanType.HUMAN_NOTICE.is(record)
        ? Stream.of(
                record.path("payload").path("notice_id"),
                record.path("payload").path("id"),
                record.path("span_id"))
            .map(id -> id.asText(""))
            .filter(id -> !id.isEmpty())
        : Stream.empty();
  }

  private static Instant moment(ObjectNode record) {
    return orMin(Records.time(record));
  }

  private static Instant orMin(Instant instant) {
    return instant == null ? Instant.MIN : instant;
  }
}
