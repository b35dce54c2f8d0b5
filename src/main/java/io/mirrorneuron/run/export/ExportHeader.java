package io.mirrorneuron.run.export;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.run.folder.Records;
import io.mirrorneuron.wire.Json;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * {@code export.json}, the last entry of the zip: of what it is an export, and the end of its
 * chain.
 *
 * @param createdAt of a run that has ended, when that was
 * @param entries how many links the chain has
 * @param leftOut paths of files that could not be exported
 * @param head the hash of the last link, or {@link #genesis()} when there is none
 */
record ExportHeader(
    String runId,
    String createdAt,
    String tool,
    long entries,
    long records,
    List<String> leftOut,
    String head) {
  static final String SCHEMA = "mn.run.export.v1";

  /** What the first link is tied to: all of this but the head. */
  String genesis() {
    return Sha256.of(SCHEMA + "\n" + Records.write(json()));
  }

  ExportHeader withHead(String hash) {
    return new ExportHeader(runId, createdAt, tool, entries, records, leftOut, hash);
  }

  private ObjectNode json() {
    ObjectNode json =
        Json.object()
            .put("schema_version", SCHEMA)
            .put("run_id", runId)
            .put("created_at", createdAt)
            .put("tool", tool);
    json.putObject("counts").put("entries", entries).put("records", records);
    ArrayNode list = json.putArray("left_out");
    leftOut.forEach(list::add);
    return json;
  }

  byte[] bytes() {
    return (Records.write(json().put("head", head)) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  /** Null unless the bytes are exactly what {@link #bytes} gives for some header. */
  static ExportHeader parse(byte[] bytes) {
    try {
      ObjectNode json = Json.parseObject(new String(bytes, StandardCharsets.UTF_8), "export");
      ExportHeader header =
          new ExportHeader(
              json.path("run_id").asText(),
              json.path("created_at").asText(),
              json.path("tool").asText(),
              json.path("counts").path("entries").asLong(),
              json.path("counts").path("records").asLong(),
              Json.elements(json.path("left_out")).map(path -> path.asText()).toList(),
              json.path("head").asText());
      return Arrays.equals(header.bytes(), bytes) ? header : null;
    } catch (MnException e) {
      return null;
    }
  }
}
