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
 * What the check of an exported run has found.
 *
 * @param runId as the file says; empty when it does not say so
 * @param head the end of the chain, as the file says; worth a comparison with one noted elsewhere
 * @param entries that were found right
 * @param records that were found right
 * @param firstBroken null when all is as it was exported
 */
public record ExportReport(
    String runId, String head, long entries, long records, Broken firstBroken) {

  /**
   * The first place where the file is not what was exported.
   *
   * @param entry of the zip
   * @param record number of the line in it, from 1; 0 when it is not one line
   */
  public record Broken(String entry, long record, String reason) {

    /** {@code run/events.jsonl, record 7, was changed}: for people. */
    @Override
    public String toString() {
      return entry + (record == 0 ? " " : ", record " + record + ", ") + reason;
    }
  }

  public boolean ok() {
    return firstBroken == null;
  }

  /** {@code {ok, run_id, head, entries, records, first_broken?: {entry, record?, reason}}}. */
  public ObjectNode json() {
    ObjectNode json =
        Json.object()
            .put("ok", ok())
            .put("run_id", runId)
            .put("head", head)
            .put("entries", entries)
            .put("records", records);
    if (firstBroken != null) {
      ObjectNode broken = json.putObject("first_broken").put("entry", firstBroken.entry());
      if (firstBroken.record() > 0) {
        broken.put("record", firstBroken.record());
      }
      broken.put("reason", firstBroken.reason());
    }
    return json;
  }

  /**
   * {@code export.json}, the last entry of the zip: of what it is an export, and the end of its
   * chain.
   *
   * @param createdAt of a run that has ended, when that was
   * @param leftOut paths of files that could not be exported
   * @param head the hash of the last link, or {@link #genesis()} when there is none
   */
  record ExportHeader(
      String runId,
      String createdAt,
      String tool,
      Counts counts,
      List<String> leftOut,
      String head) {
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

  /** Bounds of an exported run, so that whatever is written here can be checked elsewhere. */
  static final class ExportLimits {
    /** Below what the plain zip format can count. */
    static final int ENTRIES = 50_000;

    /** Of the list of entries at the end of the zip. */
    static final long DIRECTORY_BYTES = 64L << 20;

    /** Of all entries together, unpacked. */
    static final long EXPANDED_BYTES = 8L << 30;

    /** Of a document that is redacted or parsed as a whole. */
    static final int DOCUMENT_BYTES = 16 << 20;

    private ExportLimits() {}
  }
}
