package io.mirrorneuron.run.journal;

import io.mirrorneuron.run.folder.EventId;
import io.mirrorneuron.run.folder.RunLog;
import io.mirrorneuron.run.folder.RunRecord;
import io.mirrorneuron.run.folder.ToldEvent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * Has each event of a job taken from a log once. Of the event log also copies count that clients
 * write beside our lines ({@link ToldEvent}): ours is taken where both are read together, else the
 * one that is there first. Confined to its journal.
 */
final class TakenEvents {
  private final RunLog log;

  /** Events among the records that were read and are not journalled yet. */
  private final Set<EventId> underWay = new HashSet<>();

  /** What the journal has of events, in either form; null until there is a copy. */
  private Set<ToldEvent> told;

  TakenEvents(RunLog log) {
    this.log = log;
  }

  /** What the journal has may be another now. */
  void forget() {
    told = null;
  }

  /** A new batch of records is read. */
  void begin() {
    underWay.clear();
  }

  /** Whether the record tells an event that the journal, or this batch, has in the same form. */
  boolean isTaken(RunRecord record, SourcePositions sources, JournalFiles journal)
      throws IOException {
    EventId event = record.eventId();
    if (event != null && sources.has(log, event.job(), event.seq())) {
      return true;
    }
    boolean mayBeCopied =
        log == RunLog.EVENTS
            && (event == null
                ? ToldEvent.isCopy(record)
                : told != null || sources.hasCopies(log, event.job()));
    if (mayBeCopied) {
      told = told == null ? read(journal) : told;
      if (told.contains(ToldEvent.of(record))) {
        return true;
      }
    }
    return event != null && !underWay.add(event);
  }

  private Set<ToldEvent> read(JournalFiles journal) throws IOException {
    Set<ToldEvent> found = new HashSet<>();
    journal.read(
        0,
        entry -> {
          if (entry.log() == log && !entry.job().equals(JournalEntry.NO_JOB)) {
            found.add(ToldEvent.of(new RunRecord(entry.record())));
          }
          return true;
        });
    return found;
  }

  /** The batch without copies of events that it has. */
  List<LogLine> settled(List<LogLine> batch) {
    if (batch.stream().noneMatch(LogLine::isCopy)) {
      note(batch);
      return batch;
    }
    Set<ToldEvent> events = new HashSet<>();
    batch.stream()
        .filter(line -> line.record().eventId() != null)
        .forEach(line -> events.add(ToldEvent.of(line.record())));
    List<LogLine> left = new ArrayList<>(batch);
    left.removeIf(line -> line.isCopy() && !events.add(ToldEvent.of(line.record())));
    note(left);
    return left;
  }

  private void note(List<LogLine> taken) {
    if (told != null) {
      taken.stream()
          .map(line -> ToldEvent.of(line.record()))
          .filter(Objects::nonNull)
          .forEach(told::add);
    }
  }
}
