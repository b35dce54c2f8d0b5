package io.mirrorneuron.runtime.local;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Backup;
import io.mirrorneuron.port.JobBrief;
import io.mirrorneuron.runtime.documents.UnprovenNames;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LenientJson;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What the document of a backup tells of its job; empty where it tells nothing. No name in it is
 * proven; see {@link UnprovenNames}.
 *
 * @param schema how the document is labelled
 * @param source where the backup was made, as its maker wrote it
 * @param fields the job's state as stored; none in backups of the original runtime
 * @param blobs the large values in it. Their names tell whether somebody has changed them.
 * @param events the job's last ones; none without a state
 * @param executables paths of files that are programs; null when the maker did not know them
 */
record BackupDocument(
    String schema,
    ObjectNode source,
    String jobId,
    String runId,
    String blueprintId,
    Map<String, String> fields,
    Map<String, String> blobs,
    List<ObjectNode> events,
    Set<String> executables) {

  private static final Set<String> SCHEMAS = Set.of(Backup.SCHEMA, Backup.SCHEMA_2);

  /** Fields of a job's state; others, such as its owner, are not a backup's to set. */
  private static final Pattern FIELD = Pattern.compile("[a-z](:.*)?", Pattern.DOTALL);

  /**
   * @throws MnException INVALID for what no backup looks like
   */
  static BackupDocument read(String text) {
    ObjectNode json = object(text);
    JsonNode schema = json.path("schema_version");
    if (!SCHEMAS.contains(schema.asText())) {
      throw MnException.invalid(
          "unsupported backup schema " + schema + "; it must be mn.backup.v1 or mn.backup.v2");
    }
    JsonNode runtime = json.path("runtime");
    JsonNode job = runtime.path("job");
    if (!job.isObject()) {
      throw MnException.invalid("backup_json must have an object at runtime.job");
    }
    JsonNode source = json.path("source");
    String jobId = LenientJson.read(source, JobBrief.class).jobId();
    JsonNode state = job.path("state");
    Map<String, String> fields = fields(state.path("fields"));
    UnprovenNames names = new UnprovenNames(blobs(state.path("blobs")));
    return new BackupDocument(
        schema.asText(),
        source instanceof ObjectNode known ? known : Json.object(),
        jobId == null ? job.path("job_id").asText() : jobId,
        job.path("run_id").asText(source.path("run_id").asText("")),
        source.path("blueprint_id").asText(""),
        names.fields(fields),
        names.blobs(),
        fields.isEmpty() ? List.of() : events(runtime.path("events")),
        executables(json.at("/bundle/executables")));
  }

  private static Set<String> executables(JsonNode paths) {
    return paths.isArray()
        ? Json.elements(paths).map(JsonNode::asText).collect(Collectors.toUnmodifiableSet())
        : null;
  }

  private static ObjectNode object(String text) {
    try {
      if (Json.parse(text) instanceof ObjectNode object) {
        return object;
      }
    } catch (JsonProcessingException e) {
      throw MnException.invalid("backup_json must be valid JSON: " + e.getOriginalMessage());
    }
    throw MnException.invalid("backup_json must be a JSON object");
  }

  private static Map<String, String> fields(JsonNode stored) {
    Map<String, String> fields = new HashMap<>();
    for (var field : stored.properties()) {
      if (!FIELD.matcher(field.getKey()).matches() || !field.getValue().isTextual()) {
        throw MnException.invalid("the backup's state has a strange field: " + field.getKey());
      }
      fields.put(field.getKey(), field.getValue().asText());
    }
    return fields;
  }

  private static Map<String, String> blobs(JsonNode stored) {
    Map<String, String> blobs = new HashMap<>();
    stored.properties().forEach(blob -> blobs.put(blob.getKey(), blob.getValue().asText()));
    return blobs;
  }

  private static List<ObjectNode> events(JsonNode stored) {
    List<ObjectNode> events = new ArrayList<>();
    for (JsonNode event : stored) {
      if (!(event instanceof ObjectNode object)) {
        throw MnException.invalid("the backup's events must be objects");
      }
      UnprovenNames.clear(object);
      events.add(object);
    }
    return events;
  }
}
