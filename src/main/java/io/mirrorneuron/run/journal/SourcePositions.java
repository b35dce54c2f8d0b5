package io.mirrorneuron.run.journal;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.run.folder.LogPosition;
import io.mirrorneuron.run.folder.RangeSet;
import io.mirrorneuron.run.folder.RunLog;
import io.mirrorneuron.wire.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * How far a journal has read its source files, and which job events it has: the state that prevents
 * duplicates. Restored from the journal itself.
 */
final class SourcePositions {
  private final Map<String, LogPosition> positions = new HashMap<>();
  private final Map<String, String> lastFiles = new HashMap<>();
  private final Map<String, RangeSet> events = new HashMap<>();
  private long seq;

  /** The number of the last entry. */
  long seq() {
    return seq;
  }

  LogPosition position(RunLog log, String file) {
    return positions.getOrDefault(name(log, file), LogPosition.START);
  }

  boolean knows(RunLog log, String file) {
    return positions.containsKey(name(log, file));
  }

  /** The file of the log's last record, or null. */
  String lastFile(RunLog log) {
    return lastFiles.get(log.channel());
  }

  /** Whether this event of a job has been taken from this log. */
  boolean has(RunLog log, String job, long jobSeq) {
    RangeSet taken = events.get(name(log, job));
    return taken != null && taken.has(jobSeq);
  }

  /** Whether copies of events of this job have been taken from this log. */
  boolean hasCopies(RunLog log, String job) {
    return events.containsKey(name(log, JournalEntry.copied(job)));
  }

  void passed(RunLog log, String file, LogPosition position) {
    positions.put(name(log, file), position);
  }

  void took(JournalEntry entry) {
    seq = entry.seq();
    passed(entry.log(), entry.file(), new LogPosition(entry.end(), entry.hash()));
    lastFiles.put(entry.log().channel(), entry.file());
    if (!entry.job().equals(JournalEntry.NO_JOB)) {
      events
          .computeIfAbsent(name(entry.log(), entry.job()), absent -> new RangeSet())
          .add(entry.jobSeq());
    }
  }

  /**
   * The first line of a segment: the positions after the segments before it, which may be deleted.
   *
   * @param files how far each was read, by log and identity
   * @param lastFiles by log
   * @param events the bounds of the ranges of taken numbers, by log and job
   */
  private record Account(
      long seq,
      Map<String, Reached> files,
      Map<String, String> lastFiles,
      Map<String, List<Long>> events) {
    Account {
      files = Objects.requireNonNullElse(files, Map.of());
      lastFiles = Objects.requireNonNullElse(lastFiles, Map.of());
      events = Objects.requireNonNullElse(events, Map.of());
    }

    /**
     * @param hash as in {@link LogPosition}, hexadecimal
     */
    @JsonFormat(shape = JsonFormat.Shape.ARRAY)
    @JsonPropertyOrder({"end", "hash"})
    private record Reached(long end, String hash) {}
  }

  /** The positions as the first line of a segment. */
  String account() {
    Map<String, Account.Reached> files = new HashMap<>();
    positions.forEach(
        (file, at) -> files.put(file, new Account.Reached(at.end(), Long.toHexString(at.hash()))));
    Map<String, List<Long>> taken = new HashMap<>();
    events.forEach(
        (name, numbers) -> {
          List<Long> bounds = new ArrayList<>();
          numbers.forEachBound(bounds::add);
          taken.put(name, bounds);
        });
    return Json.write(new Account(seq, files, lastFiles, taken));
  }

  /** Restores the positions from a segment's first line; returns false for another line. */
  boolean readAccount(byte[] line) {
    Account account;
    try {
      account = Json.read(new String(line, StandardCharsets.UTF_8), Account.class, "account");
    } catch (MnException e) {
      return false;
    }
    seq = account.seq();
    account
        .files()
        .forEach(
            (file, at) ->
                positions.put(
                    file, new LogPosition(at.end(), Long.parseUnsignedLong(at.hash(), 16))));
    lastFiles.putAll(account.lastFiles());
    account
        .events()
        .forEach(
            (name, bounds) -> {
              RangeSet taken = new RangeSet();
              for (int i = 0; i + 1 < bounds.size(); i += 2) {
                taken.add(bounds.get(i), bounds.get(i + 1) - 1);
              }
              events.put(name, taken);
            });
    return true;
  }

  private static String name(RunLog log, String of) {
    return log.channel() + ' ' + of;
  }
}
