package io.mirrorneuron.run.human;

import io.mirrorneuron.human.HumanRecord;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.run.folder.LogFollower;
import io.mirrorneuron.run.folder.RunFolder;
import io.mirrorneuron.run.folder.RunLog;
import io.mirrorneuron.run.folder.RunRecord;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The human records of one run: {@code human.jsonl} and what only the event log has, each once.
 * Reads each byte once, so frequent looks are cheap. Thread-safe.
 */
final class HumanLog {
  private final String runId;
  private final LogFollower human;
  private final LogFollower events;
  private final Set<String> known = new HashSet<>();
  private final List<HumanRecord> own = new ArrayList<>();
  private final List<HumanRecord> others = new ArrayList<>();
  private HumanState state = HumanState.of(List.of(), List.of());

  HumanLog(RunFolder folder) {
    this.runId = folder.runId();
    this.human = new LogFollower(folder, RunLog.HUMAN, "");
    this.events = new LogFollower(folder, RunLog.EVENTS, "\"human\"");
  }

  /** The current state; the same object as before when there are no new records. */
  synchronized HumanState look() {
    int before = known.size();
    try {
      List<RunRecord> asked = human.more();
      add(asked, human.changed(), own);
      List<RunRecord> reported = events.more().stream().filter(HumanLog::isHuman).toList();
      add(reported, events.changed(), others);
    } catch (IOException e) {
      throw MnException.unavailable("the files of run " + runId + " cannot be read: " + e, e);
    }
    if (known.size() > before) {
      state = HumanState.of(own, others);
    }
    return state;
  }

  private static boolean isHuman(RunRecord event) {
    return event.channel().equals(RunLog.HUMAN.channel());
  }

  private void add(List<RunRecord> records, Instant arrived, List<HumanRecord> to) {
    for (RunRecord line : records) {
      HumanRecord record = HumanRecord.of(line.json(), arrived);
      if (known.add(key(line, record))) {
        to.add(record);
      }
    }
  }

  /** Equal for the two copies of a record; secrets are hidden in one of them. */
  private static String key(RunRecord line, HumanRecord record) {
    String span = line.spanId();
    if (span.isEmpty()) {
      return new String(
          Json.canonical(HumanCopies.withoutSecrets(record.json())), StandardCharsets.UTF_8);
    }
    return String.join(" ", span, line.type(), record.namedId(), String.valueOf(line.time()));
  }
}
