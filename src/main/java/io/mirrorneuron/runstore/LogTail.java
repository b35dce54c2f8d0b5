package io.mirrorneuron.runstore;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.Json;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/**
 * Follows one line log of a run: each look gives the records that have come since the last one,
 * however files were closed or cut in between. A record may come twice when a program writes its
 * file anew. Costs one look at a file while nothing comes. Not thread-safe.
 */
public final class LogTail {
  private static final int CHUNK = 64 << 10;

  /** The live file when it was looked at last; a file that stays the same has nothing new. */
  private record Seen(long size, long modified) {}

  private final LogFiles files;
  private final String mark;
  private Map<Object, Long> offsets = Map.of();
  private Seen seen;

  /**
   * @param mark only lines that contain this text are read; ASCII
   */
  LogTail(LogFiles files, String mark) {
    this.files = files;
    this.mark = mark;
  }

  /** What has come, oldest first; lines that are no JSON object are passed over. */
  public List<ObjectNode> more() throws IOException {
    File live = files.live().toFile();
    Seen now = new Seen(live.length(), live.lastModified());
    if (now.equals(seen)) {
      return List.of();
    }
    List<ObjectNode> records = new ArrayList<>();
    Map<Object, Long> ends = new HashMap<>();
    for (Path file : files.all()) {
      try {
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        Object key = attributes.fileKey() == null ? file : attributes.fileKey();
        ends.put(key, read(file, attributes.size(), offsets.getOrDefault(key, 0L), records));
      } catch (NoSuchFileException e) {
        continue; // closed or thrown away since it was listed
      }
    }
    offsets = ends;
    seen = now;
    return records;
  }

  private long read(Path file, long size, long offset, List<ObjectNode> into) throws IOException {
    if (file.toString().endsWith(".gz")) {
      if (offset == 0) {
        try (InputStream in = new GZIPInputStream(Files.newInputStream(file), CHUNK)) {
          lines(in, 0, into);
        }
      }
      return size;
    }
    if (size == offset) {
      return offset;
    }
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
      long from = size < offset ? 0 : offset;
      return lines(Channels.newInputStream(channel.position(from)), from, into);
    }
  }

  /**
   * @param from where the first of the bytes lies
   * @return where the last whole record ends
   */
  private long lines(InputStream in, long from, List<ObjectNode> into) throws IOException {
    byte[] chunk = new byte[CHUNK];
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    long end = from;
    for (int read = in.read(chunk); read > 0; read = in.read(chunk)) {
      int start = 0;
      for (int i = 0; i < read; i++) {
        if (chunk[i] == '\n') {
          line.write(chunk, start, i - start);
          end += line.size() + 1;
          record(line, into);
          line.reset();
          start = i + 1;
        }
      }
      line.write(chunk, start, read - start);
    }
    // A JSON object that is whole has nothing to wait for, even if nobody has ended its line.
    return line.size() > 0 && record(line, into) ? end + line.size() : end;
  }

  private boolean record(ByteArrayOutputStream line, List<ObjectNode> into) {
    if (line.size() == 0 || !line.toString(StandardCharsets.ISO_8859_1).contains(mark)) {
      return false;
    }
    try {
      if (Json.MAPPER.readTree(line.toString(StandardCharsets.UTF_8)) instanceof ObjectNode one) {
        into.add(one);
        return true;
      }
      return false;
    } catch (JsonProcessingException e) {
      return false;
    }
  }
}
