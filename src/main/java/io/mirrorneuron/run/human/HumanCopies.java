package io.mirrorneuron.run.human;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.human.HumanRecord;
import io.mirrorneuron.human.HumanRequest.HumanType;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.run.folder.LogLines;
import io.mirrorneuron.run.folder.Records;
import io.mirrorneuron.run.folder.RunFolder;
import io.mirrorneuron.run.folder.RunLog;
import io.mirrorneuron.run.folder.RunRecord;
import io.mirrorneuron.run.journal.RunJournal;
import io.mirrorneuron.untrusted.OpenFolder;
import io.mirrorneuron.untrusted.UntrustedFiles;
import io.mirrorneuron.wire.Redaction;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps copies of decisions complete. Decisions about requests to people are in {@code
 * human.jsonl}, whole, since programs read their answers there; the event log and the timeline have
 * copies with secrets hidden. A crash in between leaves copies out; they are written later. A
 * marker file says that copies may be missing: it is created before the first of the three writes
 * and deleted after the last.
 */
public final class HumanCopies {
  private static final Logger LOG = LoggerFactory.getLogger(HumanCopies.class);
  private static final String DUE = "human-copies.due";

  private HumanCopies() {}

  /**
   * Writes decisions and their copies; a holder of the folder's lock sees all of them or none.
   *
   * @return why copies are missing, which are written later; null when none are
   * @throws MnException when the decisions themselves could not be written
   */
  public static String write(RunFolder folder, List<ObjectNode> records) {
    String[] missing = {null};
    folder.together(
        held -> {
          boolean complete = mark(held);
          held.append(RunLog.HUMAN, records);
          try {
            held.append(RunLog.EVENTS, records.stream().map(HumanCopies::withoutSecrets).toList());
            held.append(RunLog.TIMELINE, records.stream().map(HumanCopies::onTimeline).toList());
            if (complete) {
              unmark(held);
            }
          } catch (MnException e) { // the decision is valid all the same
            LOG.warn(
                "a decision of run {} is not in all its logs: {}", held.runId(), e.getMessage());
            missing[0] = e.getMessage();
          }
        });
    return missing[0];
  }

  /**
   * Writes the copies that an interrupted writer left out, if any. Called by writers of runs: the
   * recorder and the decision service. Readers show what there is.
   */
  public static void mend(RunFolder folder) {
    if (!isDue(folder)) {
      return;
    }
    try {
      folder.exclusively(() -> isDue(folder) && mendAlone(folder));
    } catch (MnException e) { // the run is readable all the same; the next writer tries again
      LOG.warn("decisions of run {} are not in all its logs: {}", folder.runId(), e.getMessage());
    }
  }

  /** Called when no writer is active: the writer that made the marker has died or failed. */
  private static boolean mendAlone(RunFolder folder) {
    complete(folder, new RunJournal(folder));
    return unmark(folder);
  }

  private static boolean isDue(RunFolder folder) {
    return UntrustedFiles.isFile(folder.path().resolve(RunFolder.HIDDEN).resolve(DUE));
  }

  /** Creates the marker; returns whether there was none. The caller must hold the folder's lock. */
  private static boolean mark(RunFolder folder) {
    try (OpenFolder hidden = folder.hidden()) {
      boolean none = !isDue(folder);
      hidden.write(DUE).close();
      return none;
    } catch (IOException e) {
      throw unwritable(folder, e);
    }
  }

  private static boolean unmark(RunFolder folder) {
    try (OpenFolder hidden = folder.hidden()) {
      return hidden.delete(DUE);
    } catch (IOException e) {
      throw unwritable(folder, e);
    }
  }

  private static MnException unwritable(RunFolder folder, IOException cause) {
    return MnException.unavailable(
        "the decisions of run %s cannot be written: %s".formatted(folder.runId(), cause), cause);
  }

  /**
   * Writes the missing copies. A caller that holds the folder's lock must pass a journal of its
   * own.
   */
  public static void complete(RunFolder folder, RunJournal journal) {
    if (folder.files(RunLog.HUMAN).all().isEmpty()) {
      return;
    }
    // the lock excludes decisions whose copies are still being written
    List<RunRecord> decisions = folder.exclusively(() -> decisions(folder));
    if (!decisions.isEmpty()) {
      journal.catchUp();
      complete(folder, journal, RunLog.EVENTS, decisions, HumanCopies::withoutSecrets);
      complete(folder, journal, RunLog.TIMELINE, decisions, HumanCopies::onTimeline);
    }
  }

  private static List<RunRecord> decisions(RunFolder folder) {
    List<RunRecord> found = new ArrayList<>();
    LogLines.read(
        folder,
        RunLog.HUMAN,
        line -> {
          RunRecord record = RunRecord.parse(line); // null when the line is torn
          if (record != null
              && HumanType.of(record.type()).isDecision()
              && !record.spanId().isEmpty()
              && record.eventId() == null) { // decisions of steps are events of the job

            found.add(record);
          }
        });
    return found;
  }

  /** A journal whose beginning was dropped cannot say what was in it: that is not written again. */
  private static void complete(
      RunFolder folder,
      RunJournal journal,
      RunLog log,
      List<RunRecord> decisions,
      UnaryOperator<ObjectNode> copy) {
    RunJournal.Filter all = new RunJournal.Filter(EnumSet.of(log), null);
    Instant kept = journal.first() > 1 ? firstTime(journal, all) : null;
    Set<Key> missing = new HashSet<>();
    decisions.forEach(record -> missing.add(Key.of(record)));
    journal.last(missing.size(), all, line -> missing.remove(Key.of(new RunRecord(line))));
    folder.append(
        log,
        decisions.stream()
            .filter(record -> missing.remove(Key.of(record)))
            .filter(record -> !isBefore(record.time(), kept))
            .map(RunRecord::json)
            .map(copy)
            .toList());
  }

  private static Instant firstTime(RunJournal journal, RunJournal.Filter log) {
    return journal.page(0, log, 1).entries().stream()
        .map(entry -> Records.time(entry.record()))
        .findFirst()
        .orElse(null);
  }

  /** Equal for a decision and its copies. */
  private record Key(String spanId, String type) {
    static Key of(RunRecord record) {
      return new Key(record.spanId(), record.type());
    }
  }

  private static boolean isBefore(Instant time, Instant kept) {
    return time != null && kept != null && time.isBefore(kept);
  }

  /** The record's copy for the event log. */
  static ObjectNode withoutSecrets(ObjectNode record) {
    return Redaction.of(record);
  }

  private static ObjectNode onTimeline(ObjectNode record) {
    HumanRecord decision = HumanRecord.of(record);
    ObjectNode line = Redaction.of(record).deepCopy();
    line.put("version", 1);
    line.put("schema_version", "mn.timeline.v1");
    line.put("phase", "human");
    line.put("summary", summary(decision));
    line.set("details", line.remove("payload"));
    line.remove("channel");
    if (decision.blueprintId() == null) {
      line.remove("blueprint_id");
    }
    return line;
  }

  private static String summary(HumanRecord record) {
    String id = record.requestId();
    String by = record.by().name();
    String decision = record.decision() == null ? "" : record.decision();
    return switch (record.type()) {
      case HUMAN_NOTICE_ACKNOWLEDGED -> "Notice acknowledged by " + by;
      case HUMAN_REQUEST_CLAIMED -> "Request %s claimed by %s".formatted(id, by);
      case HUMAN_REQUEST_RELEASED -> "Request %s released by %s".formatted(id, by);
      case HUMAN_APPROVAL_RECORDED -> "Request %s approved by %s".formatted(id, by);
      case HUMAN_DEFAULT_REFUSED -> "The default of request %s is refused".formatted(id);
      case HUMAN_INPUT_TIMEOUT -> "Nobody answered request %s in time".formatted(id);
      default ->
          "Request %s answered by %s%s"
              .formatted(id, by, decision.isEmpty() ? "" : ": " + decision);
    };
  }
}
