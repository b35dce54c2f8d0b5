package io.mirrorneuron.run.record;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.mirrorneuron.run.OnDemandRuns;
import io.mirrorneuron.run.folder.RunFolder;
import io.mirrorneuron.run.report.CompactTimeline;
import io.mirrorneuron.run.report.ObservabilitySummary;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LenientJson;
import io.mirrorneuron.wire.MarkedSecrets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Makes the JSON documents that the runtime writes into the folder of a run. Secrets in the
 * manifest and in results are replaced here, before anything is written.
 */
final class RecordedDocuments {
  /** Documents that are deleted when the run is submitted again: they are of the job before. */
  static final List<String> OF_JOB =
      List.of(
          "manifest.json",
          "result.json",
          "final_artifact.json",
          CompactTimeline.FILE,
          ObservabilitySummary.FILE);

  private final ObjectNode manifest;
  private final MarkedSecrets secrets;
  private final String blueprintId;
  private final String submittedAt;
  private String endedAt;
  private ObjectNode result;

  RecordedDocuments(RecordedJob job, ObjectNode manifest) {
    this.secrets = MarkedSecrets.of(manifest);
    this.manifest = secrets.hideIn(manifest);
    this.submittedAt = job.submittedAt();
    this.blueprintId = blueprintId(job, manifest);
  }

  /**
   * What lists tell of a run that is not written yet.
   *
   * @param last event of its job, which has ended
   */
  static OnDemandRuns.Shown shown(RecordedJob job, ObjectNode manifest, RecordedEvent last) {
    return new OnDemandRuns.Shown(
        job.runId(),
        job.jobId(),
        text(blueprintId(job, manifest)),
        text(job.traceId()),
        job.status(),
        submitted(job),
        job.submittedAt(),
        last.timestamp());
  }

  private static String text(String text) {
    return Objects.requireNonNullElse(text, "");
  }

  /** Null when it is not known. */
  private static String blueprintId(RecordedJob job, ObjectNode manifest) {
    return Stream.of("/metadata/mn_cli/blueprint_id", "/metadata/blueprint_id", "/blueprint_id")
        .map(manifest::at)
        .filter(JsonNode::isTextual)
        .map(JsonNode::textValue)
        .findFirst()
        .orElse(job.graphId());
  }

  /** When the job was submitted, as {@code job.json} says it. */
  private static String submitted(RecordedJob job) {
    return job.submittedAt().replaceFirst("\\.\\d+Z$", "Z");
  }

  /** Null when it is not known. */
  String blueprintId() {
    return blueprintId;
  }

  /** Makes the records of the job's events. */
  EventRecords records(RecordedJob job) {
    return new EventRecords(job, blueprintId, secrets);
  }

  private JsonNode blueprintRevision() {
    JsonNode revision = manifest.at("/metadata/mn_cli/blueprint_revision");
    return revision.isMissingNode() ? NullNode.instance : revision;
  }

  /** Takes from an event what the documents need; must be given each event of the job, in order. */
  void note(RecordedEvent event) {
    switch (event.type()) {
      case "job_completed", "job_failed", "job_cancelled" -> {
        endedAt = event.timestamp();
        result = event.json().get("result") instanceof ObjectNode object ? object : null;
      }
      default -> {
        // no document tells of it
      }
    }
  }

  /** {@code job.json}: which job the run belongs to. */
  ObjectNode job(RecordedJob job, String status) {
    ObjectNode document = Json.object();
    document.put("run_id", job.runId());
    document.put("job_id", job.jobId());
    document.put("blueprint_id", blueprintId);
    document.set("blueprint_revision", blueprintRevision());
    document.put("graph_id", job.graphId());
    document.put("job_name", job.jobName());
    document.put("trace_id", job.traceId());
    document.put("submitted_at", submitted(job));
    document.put("status", status);
    setPeople(document, job);
    if (endedAt != null) {
      document.put("ended_at", endedAt);
    }
    return document;
  }

  /**
   * {@code run.json}: members that programs wrote stay, except status, end and error, which are
   * those of the job. A document that is not there is not named: its path is null.
   *
   * @param run as programs wrote it, changed here; empty when they wrote none
   * @param status of the job
   */
  ObjectNode run(RunFolder folder, ObjectNode run, RecordedJob job, String status) {
    setIfAbsent(run, "run_id", TextNode.valueOf(job.runId()));
    setIfAbsent(run, "blueprint_id", TextNode.valueOf(blueprintId));
    setIfAbsent(run, "blueprint_revision", blueprintRevision());
    setIfAbsent(run, "trace_id", TextNode.valueOf(job.traceId()));
    run.put("job_id", job.jobId());
    setPeople(run, job);
    if (!run.hasNonNull("started_at")) {
      run.put("started_at", submittedAt);
    }
    run.put("status", status).put("ended_at", endedAt);
    run.put("updated_at", job.updatedAt());
    run.set("error", job.error().orElse(null));
    String path = folder.path().resolveSibling(folder.runId()).toString();
    run.put("run_dir", path);
    for (String name : List.of("result", "final_artifact")) {
      boolean isThere = folder.has(name + ".json");
      run.put(name + "_path", isThere ? path + "/" + name + ".json" : null);
    }
    return run;
  }

  /** By name, the documents with the job's result; written unless programs have written them. */
  Map<String, ObjectNode> result(RunFolder folder) {
    Map<String, ObjectNode> documents = new LinkedHashMap<>();
    if (result != null) {
      documents.put("result.json", secrets.hide(result));
    }
    JsonNode written = folder.peek("result.json").<JsonNode>map(r -> r).orElse(result);
    if (written != null) {
      Stream.of("/final_artifact", "/result/final_artifact", "/body/final_artifact")
          .map(written::at)
          .filter(ObjectNode.class::isInstance)
          .findFirst()
          .ifPresent(
              artifact ->
                  documents.put("final_artifact.json", secrets.hide((ObjectNode) artifact)));
    }
    return documents;
  }

  /** {@code manifest.json}. */
  ObjectNode manifest() {
    return manifest;
  }

  /** By name, the documents with what the run was started with. */
  Map<String, ObjectNode> started() {
    Map<String, ObjectNode> documents = new LinkedHashMap<>();
    inputs().ifPresent(inputs -> documents.put("inputs.json", inputs));
    LenientJson.read(manifest, GivenConfig.class)
        .config()
        .map(Json.MAPPER::<ObjectNode>valueToTree)
        .ifPresent(config -> documents.put("config.json", secrets.hideInConfig(config)));
    return documents;
  }

  /** The input of the entry agents, if the manifest has it. */
  private Optional<ObjectNode> inputs() {
    return Stream.of("/initial_inputs", "/runtime/initial_inputs", "/inputs")
        .map(manifest::at)
        .filter(ObjectNode.class::isInstance)
        .findFirst()
        .map(ObjectNode.class::cast);
  }

  /** Sets who submitted and who cancelled the job, as the store has it, not as programs write. */
  private static void setPeople(ObjectNode document, RecordedJob job) {
    setOrRemove(document, "submitted_by", job.submittedBy());
    setOrRemove(document, "cancelled_by", job.cancelledBy());
    setOrRemove(document, "cancel_reason", job.cancelReason());
  }

  private static void setOrRemove(ObjectNode document, String member, String name) {
    if (name == null) {
      document.remove(member);
    } else {
      document.put(member, name);
    }
  }

  private static void setIfAbsent(ObjectNode in, String member, JsonNode value) {
    if (!in.has(member)) {
      in.set(member, value);
    }
  }

  /** What a manifest tells its programs as their configuration; to be read leniently. */
  private record GivenConfig(Nodes agents, List<Node> nodes, Nodes flow, Metadata metadata) {
    private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

    /** What all programs of a blueprint that was launched are told. */
    private record Metadata(Object blueprintConfig) {}

    private record Nodes(List<Node> nodes) {}

    private record Node(Config config) {}

    private record Config(Environment environment) {}

    private record Environment(@JsonProperty("MN_BLUEPRINT_CONFIG_JSON") Object config) {}

    /** That of the first node which has one that can be read; else that of the launch. */
    Optional<Map<String, Object>> config() {
      Stream<Object> ofNodes =
          Stream.of(nodes(agents), nodes.stream(), nodes(flow))
              .flatMap(each -> each)
              .map(Node::config)
              .filter(Objects::nonNull)
              .map(Config::environment)
              .filter(Objects::nonNull)
              .map(Environment::config);
      Stream<Object> ofAll = Stream.ofNullable(metadata).map(Metadata::blueprintConfig);
      return Stream.concat(ofNodes, ofAll)
          .filter(Objects::nonNull)
          .flatMap(config -> read(config).stream())
          .findFirst();
    }

    private static Stream<Node> nodes(Nodes nodes) {
      return nodes == null ? Stream.empty() : nodes.nodes().stream();
    }

    private static Optional<Map<String, Object>> read(Object config) {
      try {
        return switch (config) {
          case String text -> Optional.ofNullable(Json.MAPPER.readValue(text, OBJECT));
          case Map<?, ?> object -> Optional.of(Json.MAPPER.convertValue(object, OBJECT));
          default -> Optional.empty();
        };
      } catch (JsonProcessingException e) {
        return Optional.empty(); // the program's to complain about
      }
    }
  }
}
