package io.mirrorneuron.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.JobsPort.Backup;
import io.mirrorneuron.wire.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;

/**
 * Writes and reads a {@link Backup} as a zip in the format of the published command line: {@code
 * mn-backup.json} is the document without {@code runtime}, whose parts lie below {@code runtime/};
 * the bundle lies below {@code bundle/}; {@code checksums.json} has the SHA-256 of each entry.
 */
public final class BackupArchive {
  private static final String METADATA = "mn-backup.json";
  private static final String JOB = "runtime/job.json";
  private static final String AGENTS = "runtime/agents.json";
  private static final String EVENTS = "runtime/events.jsonl";
  private static final String BUNDLE = "bundle/";
  private static final String CHECKSUMS = "checksums.json";
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

  private BackupArchive() {}

  /** {@code <blueprint or run>-<job>-<time>.mnbackup.zip}, safe as a file name. */
  public static String fileName(Backup backup, Instant now) {
    JsonNode source = Json.parseObject(backup.json(), METADATA).path("source");
    String job = source.path("job_id").asText("job");
    String label = source.path("blueprint_id").asText(source.path("run_id").asText(job));
    return slug(label) + "-" + slug(job) + "-" + STAMP.format(now) + ".mnbackup.zip";
  }

  private static String slug(String text) {
    String safe = text.replaceAll("[^A-Za-z0-9_.-]+", "-").replaceAll("^[-._]+|[-._]+$", "");
    return safe.isEmpty() ? "mn" : safe;
  }

  public static byte[] pack(Backup backup) {
    ObjectNode metadata = Json.parseObject(backup.json(), METADATA);
    JsonNode runtime = metadata.path("runtime");
    metadata.remove("runtime");
    Map<String, byte[]> entries = new TreeMap<>();
    entries.put(METADATA, bytes(metadata));
    entries.put(JOB, bytes(runtime.path("job")));
    entries.put(AGENTS, bytes(list(runtime.path("agents"))));
    StringBuilder events = new StringBuilder();
    runtime.path("events").forEach(event -> events.append(Json.write(event)).append('\n'));
    entries.put(EVENTS, events.toString().getBytes(StandardCharsets.UTF_8));
    backup.files().forEach((path, content) -> entries.put(BUNDLE + path, content));
    ObjectNode checksums = Json.object().put("algorithm", "sha256");
    ObjectNode sums = checksums.putObject("entries");
    entries.forEach((path, content) -> sums.put(path, sha256(content)));
    entries.put(CHECKSUMS, bytes(checksums));
    return zip(entries, executables(backup));
  }

  private static Set<String> executables(Backup backup) {
    Set<String> names = new HashSet<>();
    Json.parseObject(backup.json(), METADATA)
        .at("/bundle/executables")
        .forEach(path -> names.add(BUNDLE + path.asText()));
    return names;
  }

  private static byte[] zip(Map<String, byte[]> entries, Set<String> executables) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipArchiveOutputStream zip = new ZipArchiveOutputStream(bytes)) {
      String payloads = BUNDLE + Backup.PAYLOADS;
      zip.putArchiveEntry(
          new ZipArchiveEntry(payloads)); // readers expect the folder entry, even an empty one
      zip.closeArchiveEntry();
      for (var entry : entries.entrySet()) {
        ZipArchiveEntry file = new ZipArchiveEntry(entry.getKey());
        file.setUnixMode(executables.contains(entry.getKey()) ? 0100755 : 0100644);
        zip.putArchiveEntry(file);
        zip.write(entry.getValue());
        zip.closeArchiveEntry();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /**
   * Reads an untrusted archive.
   *
   * @param scratch existing folder for unpacking; left empty
   * @throws MnException MALFORMED {@code invalid_backup} when parts are missing or changed;
   *     TOO_LARGE when it exceeds the limits for expanded archives
   */
  public static Backup unpack(Path zip, Path scratch) {
    try {
      Path folder = Files.createTempDirectory(scratch, "backup-");
      try {
        BundleUnpacker.unpack(
            zip, folder, BundleUnpacker.Limits.DEFAULT, name -> false, bytes -> {});
        return read(contents(folder));
      } finally {
        delete(folder);
      }
    } catch (IOException e) {
      throw MnException.unavailable("the backup cannot be unpacked", e);
    }
  }

  private static Backup read(Map<String, byte[]> entries) {
    check(entries);
    ObjectNode json = object(entries, METADATA);
    ObjectNode runtime = json.putObject("runtime");
    runtime.set("job", object(entries, JOB));
    try {
      runtime.set("agents", list(Json.parse(text(entries, AGENTS))));
      ArrayNode events = runtime.putArray("events");
      for (String line : text(entries, EVENTS).split("\n")) {
        if (!line.isBlank()) {
          events.add(Json.parse(line));
        }
      }
    } catch (IOException e) {
      throw invalid("the backup's agents or events are malformed");
    }
    Map<String, byte[]> files = new TreeMap<>();
    entries.forEach(
        (path, content) -> {
          if (path.startsWith(BUNDLE)) {
            files.put(path.substring(BUNDLE.length()), content);
          }
        });
    return new Backup(Json.write(json), files);
  }

  private static void check(Map<String, byte[]> entries) {
    for (String needed :
        new String[] {METADATA, JOB, AGENTS, EVENTS, BUNDLE + Backup.MANIFEST, CHECKSUMS}) {
      if (!entries.containsKey(needed)) {
        throw invalid("the archive is no backup: it has no " + needed);
      }
    }
    JsonNode sums = object(entries, CHECKSUMS).path("entries");
    for (var entry : entries.entrySet()) {
      String path = entry.getKey();
      boolean good =
          path.equals(CHECKSUMS) || sums.path(path).asText().equals(sha256(entry.getValue()));
      if (!good) {
        throw invalid("the backup was changed: the checksum of " + path + " does not match");
      }
    }
    for (var sum : sums.properties()) {
      if (!entries.containsKey(sum.getKey())) {
        throw invalid("the backup was changed: " + sum.getKey() + " is missing");
      }
    }
  }

  private static Map<String, byte[]> contents(Path folder) throws IOException {
    Map<String, byte[]> contents = new TreeMap<>();
    try (Stream<Path> tree = Files.walk(folder)) {
      for (Path file : (Iterable<Path>) tree.filter(Files::isRegularFile)::iterator) {
        String path = folder.relativize(file).toString();
        contents.put(
            path.replace(folder.getFileSystem().getSeparator(), "/"), Files.readAllBytes(file));
      }
    }
    return contents;
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> tree = Files.walk(folder)) {
      for (Path path : (Iterable<Path>) tree.sorted(Comparator.reverseOrder())::iterator) {
        Files.deleteIfExists(path);
      }
    }
  }

  private static ObjectNode object(Map<String, byte[]> entries, String path) {
    try {
      return Json.parseObject(text(entries, path), path);
    } catch (MnException e) {
      throw invalid(e.getMessage());
    }
  }

  private static JsonNode list(JsonNode json) {
    return json.isArray() ? json : Json.MAPPER.createArrayNode();
  }

  private static String text(Map<String, byte[]> entries, String path) {
    return new String(entries.get(path), StandardCharsets.UTF_8);
  }

  private static byte[] bytes(JsonNode json) {
    return Json.write(json).getBytes(StandardCharsets.UTF_8);
  }

  private static String sha256(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static MnException invalid(String message) {
    return new MnException(ErrorCode.MALFORMED, "invalid_backup", message);
  }
}
