package io.mirrorneuron.run.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.run.folder.RunRecord;
import io.mirrorneuron.wire.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/** How the steps of a run went, by its events; fed with one after the other. */
final class StepTimes {
  private static final int MOST = 1000;
  private static final String PREFIX = "workflow_step_";

  /** One step; times are null until they are known. */
  static final class Step {
    final String id;
    String status = "running";
    String reason = "";
    Instant startedAt;
    Instant endedAt;
    long attempts;

    private Step(String id) {
      this.id = id;
    }

    /** Null while it is not over. */
    Long durationMs() {
      return startedAt == null || endedAt == null
          ? null
          : (Long) Math.max(0, Duration.between(startedAt, endedAt).toMillis());
    }

    ObjectNode json() {
      return Json.object()
          .put("step_id", id)
          .put("status", status)
          .put("attempts", attempts)
          .put("started_at", startedAt == null ? null : Json.timestamp(startedAt))
          .put("ended_at", endedAt == null ? null : Json.timestamp(endedAt))
          .put("duration_ms", durationMs())
          .put("reason", reason.isEmpty() ? null : reason);
    }
  }

  private final Map<String, Step> steps = new LinkedHashMap<>();

  /** In the order in which they began. */
  Collection<Step> steps() {
    return steps.values();
  }

  void add(RunRecord event) {
    String type = event.type();
    JsonNode members = event.payload().isObject() ? event.payload() : event.json();
    String id = members.path("step_id").asText(members.path("step").asText());
    if (!type.startsWith(PREFIX) || id.isEmpty()) {
      return;
    }
    Step step = steps.size() < MOST ? steps.computeIfAbsent(id, Step::new) : steps.get(id);
    if (step == null) {
      return;
    }
    step.attempts = Math.max(step.attempts, members.path("attempt").asLong());
    switch (type.substring(PREFIX.length())) {
      case "attempt_started" -> {
        step.startedAt = step.startedAt == null ? event.time() : step.startedAt;
        step.attempts = Math.max(step.attempts, 1);
        step.status = "running";
      }
      case "completed", "failed", "partial", "skipped" -> {
        step.endedAt = event.time();
        step.status = type.substring(PREFIX.length());
        step.reason = members.path("reason").asText("");
      }
      default -> {}
    }
  }
}
