package io.mirrorneuron.run.report;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.run.report.ExportReport.ExportLimits;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * What one export may use: bytes, room on the disk, and the time for which somebody waits. Asked
 * before anything is written and with each piece, because files grow while they are read. Used by
 * one thread.
 */
public final class ExportBudget {
  private static final long MOST_BYTES = ExportLimits.EXPANDED_BYTES / 2;

  /** Bytes between two questions for free space, which cost more than writing a piece. */
  private static final long LOOK_EVERY = 16L << 20;

  private final BooleanSupplier gone;
  private final Path folder;
  private final LongSupplier free;
  private final long reserve;
  private long bytes;
  private long nextLook;

  /**
   * @param gone whether nobody waits for the export any more
   * @param folder where exports are made
   * @param free bytes that may be written there
   * @param reserve bytes that must stay free for other writers
   */
  public ExportBudget(BooleanSupplier gone, Path folder, LongSupplier free, long reserve) {
    this.gone = gone;
    this.folder = folder;
    this.free = free;
    this.reserve = reserve;
  }

  /**
   * Checks the sizes of all files before any is read; sparse files count with their full length.
   *
   * @throws MnException TOO_LARGE or, when the disk has no room for it, STORAGE_FULL
   */
  void expect(String runId, TreeMap<String, Path> files) {
    Map.Entry<String, Path> largest = null;
    long sum = 0;
    for (Map.Entry<String, Path> file : files.entrySet()) {
      long size = size(file.getValue());
      sum += size;
      if (largest == null || size > size(largest.getValue())) {
        largest = file;
      }
    }
    if (files.size() > ExportLimits.ENTRIES - 2) {
      throw tooMany();
    }
    if (sum > MOST_BYTES) {
      throw new MnException(
          ErrorCode.TOO_LARGE,
          "run_too_large",
          "the files of run %s have %d bytes, an export has %d at most; the largest is %s with %d: fetch it as an artifact, or take it out of the run's folder"
              .formatted(runId, sum, MOST_BYTES, largest.getKey(), size(largest.getValue())));
    }
    needRoom(sum);
  }

  /** Throws when nobody waits for the export any more. */
  void look() {
    if (gone.getAsBoolean()) {
      throw new MnException(
          ErrorCode.UNAVAILABLE, "client_gone", "nobody waits for the export any more");
    }
  }

  /** Counts bytes that are about to be written. */
  void count(long more) {
    look();
    bytes += more;
    if (bytes > MOST_BYTES) {
      throw new MnException(
          ErrorCode.TOO_LARGE,
          "run_too_large",
          "the run has more than %d bytes, and cannot be one zip".formatted(MOST_BYTES));
    }
    if (bytes >= nextLook) {
      nextLook = bytes + LOOK_EVERY;
      needRoom(0);
    }
  }

  /** Whether a write has failed because the disk is full. */
  boolean isFull() {
    return free.getAsLong() < reserve;
  }

  MnException full(long needed) {
    return MnException.storageFull(
        ErrorCode.STORAGE_FULL,
        "there is no room for the export: it needs %d bytes and %d more that stay free, and %d are free in %s; make room there"
            .formatted(needed, reserve, free.getAsLong(), folder),
        null);
  }

  static MnException tooMany() {
    return new MnException(
        ErrorCode.TOO_LARGE,
        "run_too_large",
        "the run has more than %d files, and cannot be one zip".formatted(ExportLimits.ENTRIES));
  }

  private void needRoom(long needed) {
    if (free.getAsLong() < needed + reserve) {
      throw full(needed);
    }
  }

  private static long size(Path file) {
    return file.toFile().length();
  }
}
