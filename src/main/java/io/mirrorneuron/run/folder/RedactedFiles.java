package io.mirrorneuron.run.folder;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.mirrorneuron.untrusted.OpenFolder;
import io.mirrorneuron.untrusted.UntrustedFiles;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.Redaction;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files of runs as clients see them: for line files and documents that hold secrets, a copy without
 * them, cached beside the journal until the file changes. Results, the purpose of a run, stay
 * unchanged, as do files that only programs use. Blocking and thread-safe.
 */
public final class RedactedFiles {
  private static final Logger LOG = LoggerFactory.getLogger(RedactedFiles.class);
  private static final Set<String> RESULTS = Set.of("result.json", "final_artifact.json");
  private static final int FILES = 20_000;
  private static final int LONGEST_DOCUMENT = 16 << 20;

  /** Cached copies of one file, for its latest states. */
  private static final int COPIES = 4;

  private record Shown(FileState look, Path copy) {}

  private final Cache<Path, Shown> known =
      Caffeine.newBuilder().executor(Runnable::run).maximumSize(FILES).build();

  /** The file itself when there is nothing to hide, else a copy. */
  Path of(RunFolder folder, Path file) throws IOException {
    return of(folder, file, FileState.at(file));
  }

  /**
   * @param look the state of the file, read before
   */
  Path of(RunFolder folder, Path file, FileState look) throws IOException {
    Path relative = folder.path().relativize(file);
    boolean log = isLog(relative);
    if (!log && !isDocument(relative)) {
      return file;
    }
    Shown before = known.getIfPresent(file);
    if (before != null
        && before.look().equals(look)
        && (before.copy().equals(file) || UntrustedFiles.isFile(before.copy()))) {
      return before.copy();
    }
    Path copy = file;
    try {
      copy = log ? log(folder, file, look) : document(folder, file, look);
    } catch (ZipException | EOFException e) {
      LOG.debug("{} is no archive, so there are no records in it", file, e);
    }
    known.put(file, new Shown(look, copy));
    return copy;
  }

  private static boolean isLog(Path relative) {
    String name = relative.getFileName().toString();
    if (!name.endsWith(".jsonl") && !name.endsWith(".jsonl.gz")) {
      return false;
    }
    if (relative.getNameCount() > 1) {
      return relative.startsWith(Path.of("logs", "archive"));
    }
    for (RunLog log : RunLog.values()) {
      if (log.isIn(name)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isDocument(Path relative) {
    String name = relative.toString();
    return relative.getNameCount() == 1 && name.endsWith(".json") && !RESULTS.contains(name);
  }

  private static Path log(RunFolder folder, Path file, FileState look) throws IOException {
    boolean secret = false;
    try (LineReader lines = LineReader.open(file, 0)) {
      for (byte[] line = lines.next(); line != null && !secret; line = lines.next()) {
        secret = shown(line) != line;
      }
    }
    if (!secret) {
      return file;
    }
    return copy(
        folder,
        file,
        look,
        out -> {
          try (LineReader lines = LineReader.open(file, 0)) {
            for (byte[] line = lines.next(); line != null; line = lines.next()) {
              byte[] shown = shown(line);
              if (shown != null) {
                out.write(shown);
                out.write('\n');
              }
            }
          }
        });
  }

  /**
   * A JSON document without its secrets, in one line with its members sorted; the same bytes when
   * it has none.
   *
   * @throws JacksonException when it is no JSON
   */
  public static byte[] document(byte[] text) throws IOException {
    JsonNode json = Json.MAPPER.readTree(text);
    JsonNode shown = Redaction.of(json);
    return shown == json ? text : Records.write(shown).getBytes(StandardCharsets.UTF_8);
  }

  /** The line itself when there is nothing to hide; null when it is torn and may hold a secret. */
  private static byte[] shown(byte[] line) {
    String text = new String(line, StandardCharsets.UTF_8);
    if (!Redaction.isSecret(text)) {
      return line;
    }
    try {
      var record = Json.MAPPER.readTree(line);
      var shown = Redaction.of(record);
      return shown == record ? line : Json.write(shown).getBytes(StandardCharsets.UTF_8);
    } catch (IOException e) {
      return null;
    }
  }

  private static Path document(RunFolder folder, Path file, FileState look) throws IOException {
    if (look.length() > LONGEST_DOCUMENT) {
      return file;
    }
    byte[] bytes = UntrustedFiles.read(file, folder.path(), LONGEST_DOCUMENT);
    byte[] shown = shown(bytes);
    return shown == null || shown == bytes
        ? file
        : copy(folder, file, look, out -> out.write(shown));
  }

  @FunctionalInterface
  private interface Content {
    void write(OutputStream out) throws IOException;
  }

  private static Path copy(RunFolder folder, Path file, FileState look, Content content)
      throws IOException {
    Path copies = folder.path().resolve(RunFolder.HIDDEN).resolve("shown");
    String name = folder.path().relativize(file).toString().replace('/', '_');
    String state = Integer.toHexString(look.hashCode());
    Path copy = copies.resolve("%s-%s-%s".formatted(state, look.length(), name));
    if (!UntrustedFiles.isFile(copy)) {
      try (OpenFolder hidden = folder.hidden();
          OpenFolder in = hidden.in("shown")) {
        dropOld(in, copies, "-" + name);
        String whole = "new-%x-%s".formatted(System.nanoTime(), name);
        try (OutputStream plain =
                new BufferedOutputStream(Channels.newOutputStream(in.create(whole)));
            OutputStream out = name.endsWith(".gz") ? new GZIPOutputStream(plain) : plain) {
          content.write(out);
        }
        in.move(whole, in, copy.getFileName().toString());
      }
    }
    return copy;
  }

  /** Keeps the last few outdated copies, which may still be read. */
  private static void dropOld(OpenFolder in, Path copies, String end) throws IOException {
    List<String> old =
        in.names().stream()
            .filter(name -> name.endsWith(end))
            .map(name -> copies.resolve(name).toFile())
            .sorted(Comparator.comparingLong(File::lastModified).reversed())
            .skip(COPIES)
            .map(File::getName)
            .toList();
    for (String name : old) {
      in.delete(name);
    }
  }
}
