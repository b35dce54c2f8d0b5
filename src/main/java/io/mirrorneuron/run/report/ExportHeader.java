package io.mirrorneuron.run.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.Sha256;
import io.mirrorneuron.run.folder.Records;
import io.mirrorneuron.wire.Json;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * {@code export.json}, the last entry of the zip: of what it is an export, and the end of its
 * chain.
 *
 * @param createdAt of a run that has ended, when that was
 * @param leftOut paths of files that could not be exported
 * @param head the hash of the last link, or {@link #genesis()} when there is none
 */
record ExportHeader(
    String runId, String createdAt, String tool, Counts counts, List<String> leftOut, String head) {
  static final String SCHEMA = "mn.run.export.v1";

  /**
   * @param entries how many links the chain has
   */
  record Counts(long entries, long records) {}

  ExportHeader {
    Stream.of(runId, createdAt, tool, counts, head).forEach(Objects::requireNonNull);
    leftOut = List.copyOf(leftOut);
  }

  /** What the first link is tied to: all of this but the head. */
  String genesis() {
    return Sha256.of(SCHEMA + "\n" + Records.write(json().without("head")));
  }

  ExportHeader withHead(String hash) {
    return new ExportHeader(runId, createdAt, tool, counts, leftOut, hash);
  }

  private ObjectNode json() {
    return Json.MAPPER.<ObjectNode>valueToTree(this).put("schema_version", SCHEMA);
  }

  byte[] bytes() {
    return (Records.write(json()) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  /** Null unless the bytes are exactly what {@link #bytes} gives for some header. */
  static ExportHeader parse(byte[] bytes) {
    try {
      String json = new String(bytes, StandardCharsets.UTF_8);
      ExportHeader header = Json.read(json, ExportHeader.class, "export");
      return Arrays.equals(header.bytes(), bytes) ? header : null;
    } catch (MnException e) {
      return null;
    }
  }
}
