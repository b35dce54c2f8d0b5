package io.mirrorneuron.run.folder;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Follows one line log of a run as its programs wrote it, secrets included. Each call returns the
 * records since the last call, even when files were closed or truncated in between; a record may
 * repeat when a program rewrites its file. While nothing is appended, a call costs one file stat.
 * Not thread-safe.
 */
public final class LogFollower {
  private final LogFiles files;
  private final String mark;

  /**
   * Looks for which a file may be missing before it is forgotten: a file renamed during the listing
   * is missed, on a busy machine several times.
   */
  private static final int MISSED = 20;

  /** Positions by file identity on disk. */
  private final Map<Object, Reached> ends = new HashMap<>();

  private FileState seen;
  private int looks;

  /**
   * @param look the last one that saw the file
   */
  private record Reached(LogPosition end, int look) {}

  /**
   * Starts at the beginning of the log.
   *
   * @param mark only lines that contain this text are read; ASCII
   */
  public LogFollower(RunFolder folder, RunLog log, String mark) {
    this.files = folder.files(log);
    this.mark = mark;
  }

  /** The records since the last call, oldest first; lines that are no JSON object are skipped. */
  public List<RunRecord> more() throws IOException {
    FileState now = FileState.at(files.live());
    if (now.equals(seen)) {
      return List.of();
    }
    List<RunRecord> records = new ArrayList<>();
    looks++;
    for (Path file : files.all()) {
      try {
        BasicFileAttributes attributes = attributes(file);
        Object key = key(file, attributes);
        List<RunRecord> read = new ArrayList<>();
        LogPosition end = read(file, attributes.size(), end(key), read);
        if (key.equals(key(file, attributes(file)))) { // else it was closed before it was opened
          ends.put(key, new Reached(end, looks));
          records.addAll(read);
        }
      } catch (NoSuchFileException e) {
        continue; // closed or deleted since the listing
      }
    }
    ends.values().removeIf(one -> one.look() < looks - MISSED);
    seen = now;
    return records;
  }

  /** The modification time at the last look; null without a file. */
  public Instant changed() {
    return seen == null || seen.modified() == null ? null : seen.modified().toInstant();
  }

  private static BasicFileAttributes attributes(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }

  private static Object key(Path file, BasicFileAttributes attributes) {
    return attributes.fileKey() == null ? file : attributes.fileKey();
  }

  private LogPosition end(Object key) {
    Reached reached = ends.get(key);
    return reached == null ? LogPosition.START : reached.end();
  }

  /** Returns the end of the last whole line; for a packed file, which is read once, its size. */
  private LogPosition read(Path file, long size, LogPosition end, List<RunRecord> into)
      throws IOException {
    boolean packed = file.toString().endsWith(".gz");
    if (packed && size == end.end()) {
      return end;
    }
    try (LineReader lines = packed ? LineReader.open(file, 0) : LineReader.after(file, end)) {
      long hash = !packed && lines.end() == end.end() ? end.hash() : 0;
      for (byte[] line = lines.next(); line != null; line = lines.next()) {
        hash = LogPosition.hash(line);
        if (new String(line, StandardCharsets.ISO_8859_1).contains(mark)) {
          RunRecord record = RunRecord.parse(new String(line, StandardCharsets.UTF_8));
          if (record != null) {
            into.add(record);
          }
        }
      }
      return new LogPosition(packed ? size : lines.end(), hash);
    }
  }
}
