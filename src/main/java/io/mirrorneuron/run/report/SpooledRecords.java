package io.mirrorneuron.run.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.run.folder.Records;
import io.mirrorneuron.run.folder.RunLog;
import io.mirrorneuron.run.journal.JournalEntry;
import io.mirrorneuron.run.journal.RunJournal;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.TreeMap;

/** The records of a journal, one file for each log, and beside it a file with their sums. */
final class SpooledRecords implements AutoCloseable {
  private static final RunJournal.Filter ALL =
      new RunJournal.Filter(EnumSet.allOf(RunLog.class), null);
  private static final int PAGE = 1000;

  /** One log on its way to the zip. */
  static final class Spool implements AutoCloseable {
    final Path lines;
    final Path sums;
    private final RecordChain chain;
    private final OutputStream lineOut;
    private final OutputStream sumOut;

    private Spool(String runId, RunLog log, Path scratch) throws IOException {
      lines = Files.createTempFile(scratch, "records-", ".jsonl");
      sums = Files.createTempFile(scratch, "records-", ".txt");
      chain = new RecordChain(runId, ExportCheck.FILES + log.file());
      lineOut = new BufferedOutputStream(Files.newOutputStream(lines));
      sumOut = new BufferedOutputStream(Files.newOutputStream(sums));
    }

    private void add(ObjectNode record) throws IOException {
      byte[] line = Records.write(record).getBytes(StandardCharsets.UTF_8);
      lineOut.write(line);
      lineOut.write('\n');
      sumOut.write((chain.next(line) + '\n').getBytes(StandardCharsets.US_ASCII));
    }

    long records() {
      return chain.records();
    }

    @Override
    public void close() throws IOException {
      lineOut.close();
      sumOut.close();
    }
  }

  private final Path scratch;
  private final ExportBudget allowance;
  private final Map<RunLog, Spool> spools = new EnumMap<>(RunLog.class);
  private long first;

  private SpooledRecords(Path scratch, ExportBudget allowance) {
    this.scratch = scratch;
    this.allowance = allowance;
  }

  /**
   * Takes all that the journal has now.
   *
   * @param scratch in which files are made until this is closed
   */
  static SpooledRecords of(String runId, RunJournal journal, Path scratch, ExportBudget allowance)
      throws IOException {
    SpooledRecords spools = new SpooledRecords(scratch, allowance);
    try {
      spools.fill(runId, journal);
      return spools;
    } catch (IOException | RuntimeException e) {
      spools.close();
      throw e;
    }
  }

  private void fill(String runId, RunJournal journal) throws IOException {
    journal.catchUp();
    long after = 0;
    RunJournal.Page page;
    do {
      allowance.look();
      page = journal.page(after, ALL, PAGE);
      for (JournalEntry entry : page.entries()) {
        first = first == 0 ? entry.seq() : first;
        Spool spool = spools.get(entry.log());
        if (spool == null) {
          spool = new Spool(runId, entry.log(), scratch);
          spools.put(entry.log(), spool);
        }
        spool.add(entry.record());
      }
      after = page.next();
    } while (!page.complete());
    for (Spool spool : spools.values()) {
      spool.close();
    }
  }

  /**
   * The number of the first record; a long journal has lost those before it. 0 when it is empty.
   */
  long first() {
    return first;
  }

  /** By the names of their files; logs without records have none. */
  Map<String, Spool> byName() {
    Map<String, Spool> named = new TreeMap<>();
    spools.forEach((log, spool) -> named.put(log.file(), spool));
    return named;
  }

  @Override
  public void close() throws IOException {
    for (Spool spool : spools.values()) {
      spool.close();
      Files.deleteIfExists(spool.lines);
      Files.deleteIfExists(spool.sums);
    }
  }
}
