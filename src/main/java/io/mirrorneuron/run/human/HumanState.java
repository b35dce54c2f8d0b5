package io.mirrorneuron.run.human;

import io.mirrorneuron.human.HumanRecord;
import io.mirrorneuron.human.HumanRequest;
import io.mirrorneuron.human.HumanRequest.HumanType;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The human side of one run at one moment. Immutable.
 *
 * @param records all, by time
 * @param requests by id, in the order in which they were asked
 */
record HumanState(List<HumanRecord> records, Map<String, HumanRequest> requests) {

  /**
   * Derives the requests from the records. The order of {@code human.jsonl} is the order of events.
   * Records that only the event log has are applied after those, unless they are older than the
   * known state: that log holds slightly different copies made by the runtime.
   *
   * @param human of {@code human.jsonl}, in its order
   * @param others that only the event log has
   */
  static HumanState of(List<HumanRecord> human, List<HumanRecord> others) {
    List<HumanRecord> records = new ArrayList<>(human);
    records.addAll(others);
    records.sort(Comparator.comparing(HumanRecord::timeOrFirst));
    Map<String, HumanRequest> requests = new LinkedHashMap<>();
    human.forEach(record -> fold(requests, record));
    Map<String, HumanRequest> reported = Map.copyOf(requests);
    others.stream()
        .sorted(Comparator.comparing(HumanRecord::timeOrFirst))
        .filter(record -> isNews(record, reported, requests))
        .forEach(record -> fold(requests, record));
    requests.values().removeIf(request -> request.question() == null);
    return new HumanState(List.copyOf(records), Collections.unmodifiableMap(requests));
  }

  /** The state after the end of the run: open requests become left over. */
  HumanState atEnd() {
    Map<String, HumanRequest> ended = new LinkedHashMap<>(requests);
    ended.replaceAll((id, request) -> request.atEnd());
    return new HumanState(records, Collections.unmodifiableMap(ended));
  }

  /** Whether the default of an open request is refused and no record says so yet. */
  boolean owesRefusal(String requestId) {
    HumanRequest request = requests.get(requestId);
    return request != null
        && request.isOpen()
        && request.question().isDefaultRefused()
        && records.stream()
            .filter(record -> record.is(HumanType.HUMAN_DEFAULT_REFUSED))
            .filter(record -> record.requestId().equals(requestId))
            .noneMatch(record -> request.question().shownSha256().equals(record.shownSha256()));
  }

  private static void fold(Map<String, HumanRequest> requests, HumanRecord record) {
    String id = record.requestId();
    if (!id.isEmpty()) {
      requests.merge(
          id, HumanRequest.unknown(id).after(record), (request, _) -> request.after(record));
    }
  }

  private static boolean isNews(
      HumanRecord record, Map<String, HumanRequest> reported, Map<String, HumanRequest> requests) {
    HumanRequest request = requests.get(record.requestId());
    if (request == null || request.question() == null) {
      return true;
    }
    Instant moment = record.timeOrFirst();
    Instant asked = orMin(request.question().askedAt());
    if (!record.is(HumanType.HUMAN_INPUT_REQUESTED)) {
      return !moment.isBefore(asked);
    }
    HumanRequest inFile = reported.get(request.id());
    return (inFile == null || inFile.question() == null)
        && moment.isAfter(asked)
        && moment.isAfter(orMin(request.closedAt()));
  }

  private static Instant orMin(Instant instant) {
    return instant == null ? Instant.MIN : instant;
  }
}
