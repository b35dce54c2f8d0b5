package io.mirrorneuron.run.folder;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Follows one line log of a run as its programs wrote it, secrets included: each look gives the
 * records that have come since the last one, even when files were closed or truncated in between. A
 * record may come twice when a program writes its file anew. Costs one look at a file while nothing
 * comes. Not thread-safe.
 */
public final class LogFollower {
  private static final int FILES = 64;

  private final LogFiles files;
  private final String mark;

  /**
   * How far files were read, by their identity on disk. A file that is renamed while files are
   * listed is missed by that look, so those that were not seen lately are kept for a while.
   */
  private final Map<Object, LogPosition> ends =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Object, LogPosition> eldest) {
          return size() > FILES;
        }
      };

  private FileState seen;

  /**
   * Follows a log from its beginning.
   *
   * @param mark only lines that contain this text are read; ASCII
   */
  public LogFollower(RunFolder folder, RunLog log, String mark) {
    this.files = folder.files(log);
    this.mark = mark;
  }

  /**
   * Records that have come since the last call, oldest first; lines that are no JSON object are
   * skipped.
   */
  public List<ObjectNode> more() throws IOException {
    FileState now = FileState.at(files.live());
    if (now.equals(seen)) {
      return List.of();
    }
    List<ObjectNode> records = new ArrayList<>();
    for (Path file : files.all()) {
      try {
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        Object key = attributes.fileKey() == null ? file : attributes.fileKey();
        LogPosition end = ends.getOrDefault(key, LogPosition.START);
        ends.put(key, read(file, attributes.size(), end, records));
      } catch (NoSuchFileException e) {
        continue; // closed or thrown away since it was listed
      }
    }
    seen = now;
    return records;
  }

  /** Answers where the last whole line ends; of a packed file, which is read once, its size. */
  private LogPosition read(Path file, long size, LogPosition end, List<ObjectNode> into)
      throws IOException {
    boolean packed = file.toString().endsWith(".gz");
    boolean goesOn = end.end() > 0 && (packed ? size == end.end() : end.isIn(file));
    if (goesOn && size == end.end()) {
      return end;
    }
    long hash = goesOn ? end.hash() : 0;
    try (LineReader lines = LineReader.open(file, goesOn ? end.end() : 0)) {
      for (byte[] line = lines.next(); line != null; line = lines.next()) {
        hash = LogPosition.hash(line);
        if (new String(line, StandardCharsets.ISO_8859_1).contains(mark)) {
          add(new String(line, StandardCharsets.UTF_8), into);
        }
      }
      return new LogPosition(packed ? size : lines.end(), hash);
    }
  }

  private static void add(String line, List<ObjectNode> into) {
    try {
      if (Json.MAPPER.readTree(line) instanceof ObjectNode record) {
        into.add(record);
      }
    } catch (JsonProcessingException e) {
      return; // other readers skip it too
    }
  }
}
