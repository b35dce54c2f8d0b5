package io.mirrorneuron.run.human;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.run.folder.LogFollower;
import io.mirrorneuron.run.folder.Records;
import io.mirrorneuron.run.folder.RunFolder;
import io.mirrorneuron.run.folder.RunLog;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The human records of one run: {@code human.jsonl} and what only the event log has, each once.
 * Reads a byte once, so it is cheap to look often. Thread-safe.
 */
final class HumanLog {
  private final String runId;
  private final LogFollower human;
  private final LogFollower events;
  private final Set<String> known = new HashSet<>();
  private final List<ObjectNode> own = new ArrayList<>();
  private final List<ObjectNode> others = new ArrayList<>();
  private HumanState state = HumanState.of(List.of(), List.of());

  HumanLog(RunFolder folder) {
    this.runId = folder.runId();
    this.human = new LogFollower(folder, RunLog.HUMAN, "");
    this.events = new LogFollower(folder, RunLog.EVENTS, "\"human\"");
  }

  /** As the files are now; the same object as before when nothing has come. */
  synchronized HumanState look() {
    int before = known.size();
    try {
      add(human.more(), own);
      add(events.more().stream().filter(HumanLog::isHuman).toList(), others);
    } catch (IOException e) {
      throw MnException.unavailable("the files of run " + runId + " cannot be read: " + e, e);
    }
    if (known.size() > before) {
      state = HumanState.of(own, others);
    }
    return state;
  }

  private static boolean isHuman(ObjectNode event) {
    return event.path("channel").asText().equals("human");
  }

  private void add(List<ObjectNode> records, List<ObjectNode> to) {
    for (ObjectNode record : records) {
      if (known.add(key(record))) {
        to.add(record);
      }
    }
  }

  /** The same for the two copies of a record; secrets are hidden in one of them. */
  private static String key(ObjectNode record) {
    String span = record.path("span_id").asText("");
    if (span.isEmpty()) {
      return new String(Json.canonical(HumanCopies.withoutSecrets(record)), StandardCharsets.UTF_8);
    }
    return String.join(
        " ",
        span,
        record.path("type").asText(),
        HumanState.requestId(record),
        String.valueOf(Records.time(record)));
  }
}
