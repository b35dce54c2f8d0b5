package io.mirrorneuron.run.record;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.run.folder.EventLog;
import io.mirrorneuron.run.folder.RunFolder;
import io.mirrorneuron.run.folder.RunLog;
import io.mirrorneuron.run.folder.RunRecord;
import io.mirrorneuron.store.JobStore.StoredEvent;
import io.mirrorneuron.wire.Json;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongFunction;

/**
 * The line files of a run that tell the events of one job. Remembers what it has written, so it has
 * to hear all events from the first; what the files have already is not written again.
 */
final class RecordedLogs {
  /** Logs that the runtime writes even when nobody else does. */
  private static final Set<RunLog> OWN =
      EnumSet.of(RunLog.EVENTS, RunLog.ERRORS, RunLog.TIMELINE, RunLog.RESOURCES);

  private final EventRecords form;
  private final Consumer<ObjectNode> hears;
  private final Map<RunLog, EventLog> logs = new EnumMap<>(RunLog.class);
  private TimelineRecords timeline;

  /**
   * @param hears is told each event
   */
  RecordedLogs(EventRecords form, String jobId, Consumer<ObjectNode> hears) {
    this.form = form;
    this.hears = hears;
    this.timeline = new TimelineRecords(form);
    for (RunLog log : List.of(RunLog.EVENTS, RunLog.ERRORS, RunLog.TIMELINE)) {
      logs.put(log, new EventLog(log, jobId));
    }
  }

  /**
   * Finds out what of the job an older folder has.
   *
   * @param present logs that have files
   */
  void look(RunFolder folder, Set<RunLog> present) {
    logs.forEach(
        (log, ours) -> {
          if (present.contains(log)) {
            ours.look(folder);
          }
        });
  }

  /** Appends what the events say, unless the files have it. */
  void append(RunFolder into, List<StoredEvent> page) {
    Map<RunLog, List<RunRecord>> records = new EnumMap<>(RunLog.class);
    for (StoredEvent stored : page) {
      ObjectNode event = Json.parseObject(stored.json(), "stored event");
      hears.accept(event);
      add(records, RunLog.EVENTS, form.event(event));
      add(records, RunLog.ERRORS, form.error(event));
      add(records, RunLog.TIMELINE, timeline.record(event));
    }
    records.forEach((log, lines) -> logs.get(log).append(into, lines));
  }

  /**
   * @param record null for an event that the log does not tell
   */
  private static void add(Map<RunLog, List<RunRecord>> records, RunLog log, ObjectNode record) {
    if (record != null) {
      records.computeIfAbsent(log, none -> new ArrayList<>()).add(new RunRecord(record));
    }
  }

  /** Whether the logs are the runtime's own, so that they and the store say all there is. */
  boolean isUntouched(RunFolder folder) {
    return OWN.containsAll(folder.logs())
        && logs.values().stream().allMatch(log -> log.isOurs(folder));
  }

  /**
   * Writes again what a program that rewrote the files has lost.
   *
   * @param events the first events behind a number
   */
  void complete(RunFolder folder, LongFunction<List<StoredEvent>> events) {
    logs.values().forEach(log -> log.look(folder));
    if (logs.values().stream().noneMatch(EventLog::lacksSome)) {
      return;
    }
    timeline = new TimelineRecords(form);
    long after = 0;
    for (List<StoredEvent> page = events.apply(0); !page.isEmpty(); page = events.apply(after)) {
      append(folder, page);
      after = page.getLast().seq();
    }
  }
}
