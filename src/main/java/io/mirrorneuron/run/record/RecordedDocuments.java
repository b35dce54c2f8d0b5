package io.mirrorneuron.run.record;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.run.folder.RunFolder;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.Redaction;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The JSON documents that the runtime writes of a run, and what it has to know for them. Secrets
 * that came with the manifest or with results are hidden here, before anything is written.
 */
final class RecordedDocuments {
  private static final List<String> PEOPLE = List.of("submitted_by", "cancelled_by");

  private final ObjectNode manifest;
  private final JsonNode blueprintId;
  private String startedAt;
  private String endedAt;
  private ObjectNode result;

  RecordedDocuments(ObjectNode row, ObjectNode manifest) {
    this.manifest = manifest;
    this.startedAt = row.path("submitted_at").asText(null);
    this.blueprintId =
        Stream.of("/metadata/mn_cli/blueprint_id", "/metadata/blueprint_id", "/blueprint_id")
            .map(manifest::at)
            .filter(JsonNode::isTextual)
            .findFirst()
            .orElse(row.path("graph_id").isTextual() ? row.get("graph_id") : NullNode.instance);
  }

  JsonNode blueprintId() {
    return blueprintId;
  }

  private JsonNode blueprintRevision() {
    JsonNode revision = manifest.at("/metadata/mn_cli/blueprint_revision");
    return revision.isMissingNode() ? NullNode.instance : revision;
  }

  /** Must be called with each event of the job, in order. */
  void note(ObjectNode event) {
    switch (event.path("type").asText()) {
      case "job_completed", "job_failed", "job_cancelled" -> {
        endedAt = event.path("timestamp").asText();
        result = event.get("result") instanceof ObjectNode object ? object : null;
      }
      default -> {
        // says nothing of the run as a whole
      }
    }
  }

  /** {@code job.json}: which job the run belongs to. */
  ObjectNode job(ObjectNode row, String status) {
    ObjectNode job = Json.object();
    job.set("run_id", row.get("run_id"));
    job.set("job_id", row.get("job_id"));
    job.set("blueprint_id", blueprintId);
    job.set("blueprint_revision", blueprintRevision());
    job.set("graph_id", row.get("graph_id"));
    job.set("job_name", row.get("job_name"));
    job.set("trace_id", row.get("trace_id"));
    job.put("submitted_at", row.path("submitted_at").asText().replaceFirst("\\.\\d+Z$", "Z"));
    job.put("status", status);
    people(job, row);
    if (endedAt != null) {
      job.put("ended_at", endedAt);
    }
    return job;
  }

  /**
   * {@code run.json}: what the programs wrote of it stays, but the runtime knows best how it ended.
   *
   * @param status of the job
   */
  ObjectNode run(RunFolder folder, ObjectNode run, ObjectNode row, String status) {
    absent(run, "run_id", row.get("run_id"));
    absent(run, "blueprint_id", blueprintId);
    absent(run, "blueprint_revision", blueprintRevision());
    absent(run, "trace_id", row.get("trace_id"));
    run.set("job_id", row.get("job_id"));
    people(run, row);
    if (!run.hasNonNull("started_at")) {
      run.put("started_at", startedAt);
    }
    run.put("status", word(status)).put("ended_at", endedAt);
    run.set("updated_at", row.get("updated_at"));
    run.set("error", row.path("failure") instanceof ObjectNode failure ? failure : null);
    String path = folder.path().resolveSibling(folder.runId()).toString();
    run.put("run_dir", path);
    run.put("result_path", path + "/result.json");
    run.put("final_artifact_path", path + "/final_artifact.json");
    return run;
  }

  /** Documents that hold the job's result, for a folder whose programs wrote none. */
  Map<String, ObjectNode> result(RunFolder folder) {
    Map<String, ObjectNode> documents = new LinkedHashMap<>();
    if (result != null) {
      documents.put("result.json", Redaction.of(result));
    }
    JsonNode written = folder.peek("result.json").<JsonNode>map(r -> r).orElse(result);
    if (written != null) {
      Stream.of("/final_artifact", "/result/final_artifact", "/body/final_artifact")
          .map(written::at)
          .filter(ObjectNode.class::isInstance)
          .findFirst()
          .ifPresent(
              artifact ->
                  documents.put("final_artifact.json", Redaction.of((ObjectNode) artifact)));
    }
    return documents;
  }

  /** {@code manifest.json}. */
  ObjectNode manifest() {
    return Redaction.of(manifest);
  }

  /** What the entry agents were given, where the manifest says it. */
  Optional<ObjectNode> inputs() {
    return Stream.of("/initial_inputs", "/runtime/initial_inputs", "/inputs")
        .map(manifest::at)
        .filter(ObjectNode.class::isInstance)
        .findFirst()
        .map(inputs -> Redaction.of((ObjectNode) inputs));
  }

  /** Who submitted and who cancelled the job: only what the row says, whatever programs write. */
  private static void people(ObjectNode document, ObjectNode row) {
    for (String member : PEOPLE) {
      if (row.hasNonNull(member)) {
        document.set(member, row.get(member));
      } else {
        document.remove(member);
      }
    }
  }

  private static void absent(ObjectNode in, String member, JsonNode value) {
    if (!in.has(member)) {
      in.set(member, value);
    }
  }

  /** The words of a run's status are fewer than those of a job's. */
  private static String word(String jobStatus) {
    return switch (jobStatus) {
      case "pending", "validated", "scheduled", "pausing" -> "running";
      default -> jobStatus;
    };
  }
}
