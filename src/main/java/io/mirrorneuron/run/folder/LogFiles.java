package io.mirrorneuron.run.folder;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.untrusted.OpenFolder;
import io.mirrorneuron.untrusted.OpenFolder.Appending;
import io.mirrorneuron.untrusted.UntrustedFiles;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The files of one line log: closed segments, listed in {@code <channel>.index.json} oldest first,
 * then the live file. Writers must hold the folder's lock.
 */
public final class LogFiles {
  static final int SEGMENTS_KEPT = 5;

  private final RunFolder folder;
  private final RunLog log;
  private final long limit;

  /**
   * @param limit bytes after which the live file is closed
   */
  LogFiles(RunFolder folder, RunLog log, long limit) {
    this.folder = folder;
    this.log = log;
    this.limit = limit;
  }

  /** The logs that have files in the folder; one listing. */
  static Set<RunLog> present(Path folder) throws IOException {
    Set<RunLog> found = EnumSet.noneOf(RunLog.class);
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        for (RunLog log : RunLog.values()) {
          if (log.isIn(name)) {
            found.add(log);
          }
        }
      }
    }
    return found;
  }

  public Path live() {
    Path live = folder.path().resolve(log.file());
    if (log == RunLog.RESOURCES && !Files.exists(live)) {
      Path other = folder.path().resolve("resource_samples.jsonl");
      return Files.exists(other) ? other : live;
    }
    return live;
  }

  /** All existing files, oldest first. Programs write the index too, so it is checked. */
  public List<Path> all() {
    Set<Path> files = new LinkedHashSet<>();
    if (log.rotates()) {
      listed().forEach(name -> add(files, name));
      unlisted().forEach(files::add);
    }
    add(files, live().getFileName().toString());
    return List.copyOf(files);
  }

  /** Whether old segments were deleted: only a limited number is kept. */
  boolean hasDropped() {
    List<String> names = log.rotates() ? listed() : List.of();
    return !names.isEmpty() && names.stream().mapToInt(LogFiles::number).min().orElse(0) > 1;
  }

  /**
   * Appends to the live file, as {@link #append(Path, byte[])}; a full live file is closed first.
   */
  public LogPosition append(byte[] lines) throws IOException {
    Path live = folder.path().resolve(log.file());
    long size = folder.documents().fresh().lack(log.file()) ? 0 : size(live);
    if (size == 0 && folder.documents().create(log.file(), lines)) {
      return LogPosition.of(lines.length, lines);
    }
    folder.documents().fresh().forget(log.file());
    if (log.rotates() && size > 0 && size + lines.length > limit) {
      rotate(live);
    }
    return append(live, lines);
  }

  /**
   * Appends whole lines to a file in one write; an unfinished line of another writer is ended
   * first.
   *
   * @return the end of the file, provided that no other writer appends
   */
  public static LogPosition append(Path file, byte[] lines) throws IOException {
    try (Appending to = UntrustedFiles.append(file)) {
      ByteBuffer bytes = ByteBuffer.allocate(lines.length + 1);
      if (to.torn()) {
        bytes.put((byte) '\n');
      }
      bytes.put(lines).flip();
      write(to, bytes);
      return LogPosition.of(to.size() + bytes.limit(), lines);
    }
  }

  /**
   * Writes all of it or, when the disk is too full, nothing, so that callers can count lost lines.
   */
  private static void write(Appending to, ByteBuffer bytes) throws IOException {
    try {
      while (bytes.hasRemaining()) {
        to.channel().write(bytes);
      }
    } catch (IOException e) {
      if (to.channel().size()
          == to.size() + bytes.position()) { // no other writer has appended since
        to.channel().truncate(to.size());
      }
      throw e;
    }
  }

  private void rotate(Path live) throws IOException {
    List<String> segments = new ArrayList<>(listed());
    int last = segments.stream().mapToInt(LogFiles::number).max().orElse(0);
    String name = "%s.%03d.jsonl".formatted(log.channel(), last + 1);
    while (Files.exists(folder.path().resolve(name))) {
      name = "%s.%03d.jsonl".formatted(log.channel(), ++last + 1);
    }
    try (OpenFolder run = OpenFolder.at(folder.path())) {
      run.move(live.getFileName().toString(), run, name);
      segments.add(name);
      while (segments.size() > SEGMENTS_KEPT) {
        String oldest = segments.removeFirst();
        if (segment().matcher(oldest).matches()) { // programs write the index too
          run.delete(oldest);
        }
      }
    }
    ObjectNode index = Json.object().put("schema_version", 1).put("run_id", folder.runId());
    ArrayNode list = index.putArray("segments");
    segments.forEach(segment -> list.addObject().put("path", segment));
    folder.documents().write(log.channel() + ".index.json", index);
  }

  private List<String> listed() {
    List<String> names = new ArrayList<>();
    folder
        .peek(log.channel() + ".index.json")
        .ifPresent(
            index ->
                index
                    .path("segments")
                    .forEach(segment -> names.add(segment.path("path").asText(""))));
    return names;
  }

  /**
   * Segments missing in the index: left by an interrupted rotation, or by a library that writes no
   * index.
   */
  private List<Path> unlisted() {
    List<Path> found = matching(folder.path(), segment());
    if (log == RunLog.LOGS) {
      Pattern archived = Pattern.compile(".*\\.logs\\.jsonl.*");
      found.addAll(0, matching(folder.path().resolve("logs/archive"), archived));
    }
    return found;
  }

  /** The names of closed segments. */
  private Pattern segment() {
    return Pattern.compile(log.channel() + "\\.\\d{3,}\\.jsonl(\\.gz)?");
  }

  private static List<Path> matching(Path in, Pattern name) {
    if (!UntrustedFiles.isFolder(in)) {
      return new ArrayList<>();
    }
    try (Stream<Path> files = Files.list(in)) {
      return new ArrayList<>(
          files
              .filter(file -> name.matcher(file.getFileName().toString()).matches())
              .filter(UntrustedFiles::isFile)
              .sorted()
              .toList());
    } catch (IOException e) {
      return new ArrayList<>();
    }
  }

  private void add(Set<Path> files, String name) {
    Path plain = folder.inside(name);
    Path file = plain == null || Files.exists(plain) ? plain : folder.inside(name + ".gz");
    if (file != null && UntrustedFiles.isFile(file)) {
      files.add(file);
    }
  }

  /** The number of a segment, 12 in {@code events.012.jsonl}; 0 for other names. */
  private static int number(String name) {
    String digits = name.replaceFirst("^[^.]*\\.(\\d{1,8})\\..*$", "$1");
    return digits.equals(name) ? 0 : Integer.parseInt(digits);
  }

  private static long size(Path file) {
    return UntrustedFiles.size(file);
  }
}
