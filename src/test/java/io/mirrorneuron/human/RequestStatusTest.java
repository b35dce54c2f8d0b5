package io.mirrorneuron.human;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.human.HumanRequest.RequestStatus;
import io.mirrorneuron.wire.Json;
import java.time.Instant;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Whatever is written about a request, it becomes what the table allows, and all of that. */
class RequestStatusTest {
  private static final String[] TYPES = {
    "human_input_requested",
    "human_request_claimed",
    "human_request_released",
    "human_approval_recorded",
    "human_input_received",
    "human_input_timeout",
    "human_decision_applied"
  };

  private final Random random = new Random(7);
  private long clock = 1_800_000_000_000L;

  @Test
  void theTableHasWhatCanHappenAndNothingElse() {
    Set<String> seen = new TreeSet<>();
    for (int story = 0; story < 5_000; story++) {
      tell(seen);
    }

    assertThat(seen)
        .isEqualTo(
            Stream.of(RequestStatus.values())
                .flatMap(from -> from.next().stream().map(to -> from + " " + to))
                .collect(Collectors.toCollection(TreeSet::new)));
  }

  private void tell(Set<String> seen) {
    HumanRequest request = HumanRequest.unknown("r").after(record(TYPES[0]));
    RequestStatus status = request.status(now());
    for (int i = 0; i < 12; i++) {
      clock += random.nextInt(400);
      boolean ends = random.nextInt(30) == 0;
      request = ends ? request.atEnd() : request.after(record(TYPES[random.nextInt(TYPES.length)]));
      RequestStatus next = request.status(now());
      if (next != status) {
        seen.add(status + " " + next);
      }
      status = next;
      if (ends) {
        return;
      }
    }
  }

  private Instant now() {
    return Instant.ofEpochMilli(clock);
  }

  private HumanRecord record(String type) {
    ObjectNode payload = Json.object().put("request_id", "r").put("by", "p" + random.nextInt(2));
    payload.put("decision", "approve").put("prompt", "ask " + random.nextInt(2));
    payload.put("due_at", now().plusMillis(random.nextInt(1000) - 100).toString());
    payload.put("until", now().plusMillis(random.nextInt(1000) - 100).toString());
    ObjectNode record = Json.object().put("type", type).put("ts", now().toString());
    return HumanRecord.of(record.set("payload", payload));
  }
}
