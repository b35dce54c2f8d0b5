package io.mirrorneuron.run.record;

import io.mirrorneuron.run.folder.EventLog;
import io.mirrorneuron.run.folder.RunFolder;
import io.mirrorneuron.run.folder.RunLog;
import io.mirrorneuron.run.folder.RunRecord;
import io.mirrorneuron.store.JobStore.StoredEvent;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongFunction;

/**
 * Writes the events of one job into the logs of its run, each once. Must be given all events of the
 * job from the first, also those that an existing folder has already.
 */
final class RecordedLogs {
  /** Logs that the runtime writes; programs and people write too. */
  private static final Set<RunLog> OWN =
      EnumSet.of(RunLog.EVENTS, RunLog.ERRORS, RunLog.TIMELINE, RunLog.HUMAN, RunLog.RESOURCES);

  private final EventRecords records;
  private final Consumer<RecordedEvent> listener;
  private final Consumer<RecordedEvent> news;
  private final Map<RunLog, EventLog> logs = new EnumMap<>(RunLog.class);
  private final EarlierNodes earlier;
  private TimelineRecords timeline;

  /**
   * @param listener is given each event
   * @param news is given each event that no file has yet, before one has it
   */
  RecordedLogs(
      EventRecords records,
      String jobId,
      Consumer<RecordedEvent> listener,
      Consumer<RecordedEvent> news) {
    this.records = records;
    this.listener = listener;
    this.news = news;
    this.timeline = new TimelineRecords(records);
    this.earlier = new EarlierNodes(records, jobId);
    for (RunLog log : List.of(RunLog.EVENTS, RunLog.ERRORS, RunLog.TIMELINE, RunLog.HUMAN)) {
      logs.put(log, new EventLog(log, jobId));
    }
  }

  /**
   * Finds which events an existing folder has.
   *
   * @param present logs that have files
   */
  void findWritten(RunFolder folder, Set<RunLog> present) {
    logs.forEach(
        (log, events) -> {
          if (present.contains(log)) {
            events.look(folder);
          }
        });
  }

  /** Appends the records of events, except those that the files have. */
  void append(RunFolder into, List<StoredEvent> page) {
    Map<RunLog, List<RunRecord>> found = new EnumMap<>(RunLog.class);
    List<RecordedEvent> events = page.stream().map(RecordedEvent::parse).toList();
    events.stream().filter(event -> logs.get(RunLog.EVENTS).lacks(event.seq())).forEach(news);
    earlier.append(into, events, logs.get(RunLog.EVENTS));
    for (RecordedEvent event : events) {
      listener.accept(event);
      add(found, RunLog.EVENTS, records.event(event));
      add(found, RunLog.ERRORS, records.error(event));
      add(found, RunLog.TIMELINE, timeline.record(event));
      add(found, RunLog.HUMAN, records.human(event));
    }
    found.forEach((log, lines) -> logs.get(log).append(into, lines));
  }

  /**
   * @param record null when the log has none of the event
   */
  private static void add(Map<RunLog, List<RunRecord>> found, RunLog log, RunRecord record) {
    if (record != null) {
      found.computeIfAbsent(log, none -> new ArrayList<>()).add(record);
    }
  }

  /** Whether nobody but the runtime has written to any log of the run. */
  boolean isUntouched(RunFolder folder) {
    return OWN.containsAll(folder.logs())
        && logs.values().stream().allMatch(log -> log.isOurs(folder));
  }

  /**
   * Writes again the records that programs have deleted or overwritten.
   *
   * @param eventsAfter reads a page of the job's events whose numbers are above the given one
   */
  void complete(RunFolder folder, LongFunction<List<StoredEvent>> eventsAfter) {
    logs.values().forEach(log -> log.look(folder));
    if (logs.values().stream().noneMatch(EventLog::lacksSome)) {
      return;
    }
    timeline = new TimelineRecords(records);
    long after = 0;
    for (List<StoredEvent> page = eventsAfter.apply(0);
        !page.isEmpty();
        page = eventsAfter.apply(after)) {
      append(folder, page);
      after = page.getLast().seq();
    }
  }
}
