package io.mirrorneuron.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.JobsPort.Backup;
import io.mirrorneuron.port.JobsPort.EventPage;
import io.mirrorneuron.port.JobsPort.ForkPoint;
import io.mirrorneuron.port.JobsPort.ForkPoint.Place;
import io.mirrorneuron.port.JobsPort.ForkRequest;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.Submission.Payloads;
import io.mirrorneuron.wire.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A job of {@link FakeJobs}, which guards it: its state and its documents. */
final class FakeJob {
  private static final Set<String> TERMINAL = Set.of("completed", "failed", "cancelled");

  final String id;
  final Submission submission;
  final List<String> events = new ArrayList<>();
  final List<String> forks = new ArrayList<>();
  String status = "running";
  JsonNode result;

  /** Larger than that of any job that changed before. */
  long changed;

  private final ObjectNode manifest;
  private final String submittedAt;
  private final Map<String, ObjectNode> messages = new HashMap<>();
  private ForkPoint forkedFrom;
  private String lastEvent;

  FakeJob(String id, Submission submission, String submittedAt) {
    this.id = id;
    this.submission = submission;
    this.manifest = Json.parseObject(submission.manifestJson(), "manifest_json");
    this.submittedAt = submittedAt;
  }

  String graphId() {
    return manifest.path("graph_id").asText("fake");
  }

  void forkedFrom(ForkPoint source) {
    forkedFrom = source;
  }

  boolean isTerminal() {
    return TERMINAL.contains(status);
  }

  void append(ObjectNode event, String timestamp) {
    lastEvent = event.path("type").asText();
    ObjectNode full = Json.object().put("type", lastEvent).put("job_id", id);
    full.put("timestamp", timestamp).put("seq", events.size() + 1);
    full.setAll(event);
    events.add(Json.write(full));
  }

  EventPage page(long after, int limit) {
    int from = (int) Math.min(after, events.size());
    int to = (int) Math.min((long) from + limit, events.size());
    boolean full = to - from == limit;
    return new EventPage(events.subList(from, to), Math.max(after, to), isTerminal() && !full);
  }

  EventPage lastPage(int limit) {
    int from = Math.max(0, events.size() - limit);
    return new EventPage(events.subList(from, events.size()), events.size(), isTerminal());
  }

  /** A manifest that names no agents has all of them. */
  void requireAgent(String agentId) {
    List<String> known = manifest.path("nodes").findValuesAsText("node_id");
    if (!known.isEmpty() && !known.contains(agentId)) {
      throw new MnException(
          ErrorCode.NOT_FOUND,
          "agent_not_found",
          "job %s has no agent %s; it has %s".formatted(id, agentId, String.join(", ", known)));
    }
  }

  /**
   * {@code {at}} of a fork that can be made. A manifest that names neither agents nor steps has all
   * steps.
   */
  Place forkPoint(ForkRequest request) {
    List<String> steps = manifest.at("/workflow/steps").findValuesAsText("id");
    boolean anything = steps.isEmpty() && !manifest.has("nodes");
    if (request.step() != null) {
      if (!anything && !steps.contains(request.step())) {
        throw MnException.notFound("step", request.step());
      }
      return Place.atStep(request.step());
    }
    if (request.event() < 0) {
      throw MnException.invalid("at must be a step or a sequence number that is not negative");
    }
    if (request.event() > 0 && steps.isEmpty() && !anything) {
      throw MnException.precondition(
          "job "
              + id
              + " has no steps; it can only be forked at its beginning: name no step, or 0");
    }
    if (request.event() > events.size()) {
      throw MnException.precondition("job " + id + " has no event " + request.event());
    }
    return Place.atEvent(request.event());
  }

  /** Remembers a message; fails when another one came under its id. */
  void take(String messageId, ObjectNode message) {
    ObjectNode known = messages.putIfAbsent(messageId, message);
    if (known != null && !known.equals(message)) {
      throw new MnException(
          ErrorCode.CONFLICT,
          "message_id_reused",
          "message_id " + messageId + " was used before for a message with another content");
    }
  }

  /** The dead letter of this number, from 0. */
  JsonNode deadLetter(int index) {
    List<JsonNode> letters =
        events.stream()
            .map(text -> (JsonNode) Json.parseObject(text, "event"))
            .filter(event -> event.path("type").asText().equals("dead_letter"))
            .toList();
    if (index < 0 || index >= letters.size()) {
      throw MnException.notFound("dead letter", Integer.toString(index));
    }
    return letters.get(index);
  }

  Backup backup() {
    ObjectNode json = Json.object().put("schema_version", Backup.SCHEMA);
    json.putObject("source").put("job_id", id).put("run_id", runId());
    ObjectNode runtime = json.putObject("runtime");
    runtime.set("job", row());
    runtime.putArray("agents");
    runtime
        .putArray("events")
        .addAll(events.stream().map(text -> Json.parseObject(text, "event")).toList());
    Map<String, byte[]> files = new HashMap<>();
    files.put(Backup.MANIFEST, submission.manifestJson().getBytes(StandardCharsets.UTF_8));
    if (submission.payloads() instanceof Payloads.Inline(var payloads, var _)) {
      payloads.forEach((path, content) -> files.put(Backup.PAYLOADS + path, content));
    }
    return new Backup(Json.write(json), files);
  }

  String runId() {
    return "run-" + id;
  }

  ObjectNode row() {
    ObjectNode row = Json.object();
    row.put("job_id", id)
        .put("graph_id", graphId())
        .put("job_name", manifest.path("job_name").asText("fake"))
        .put("status", status)
        .put("job_type", "batch")
        .put("live?", !isTerminal())
        .put("submitted_at", submittedAt)
        .put("updated_at", submittedAt)
        .put("executor_count", 0)
        .put("active_executors", 0)
        .put("recovery_requires_review", false)
        .put("last_event", lastEvent);
    row.putArray("nodes");
    row.putArray("sandbox_names");
    if (submission.submittedBy() != null) {
      row.put("submitted_by", submission.submittedBy());
    }
    return row;
  }

  ObjectNode detail() {
    ObjectNode detail = Json.object();
    ObjectNode job = detail.putObject("job");
    job.setAll(row());
    job.set("manifest", manifest);
    if (result != null) {
      job.set("result", result);
    }
    if (forkedFrom != null) {
      job.set("forked_from", Json.MAPPER.valueToTree(forkedFrom));
    }
    if (!forks.isEmpty()) {
      job.set("forks", Json.MAPPER.valueToTree(forks));
    }
    detail.set("summary", row());
    ArrayNode agents = detail.putArray("agents");
    for (JsonNode node : manifest.path("nodes")) {
      agents
          .addObject()
          .put("agent_id", node.path("node_id").asText())
          .put("agent_type", node.path("agent_type").asText())
          .put("status", isTerminal() ? "completed" : "running");
    }
    ArrayNode recent = detail.putArray("recent_events");
    events.reversed().stream()
        .limit(10)
        .forEach(text -> recent.add(Json.parseObject(text, "event")));
    detail.putArray("sandboxes");
    return detail;
  }
}
