package io.mirrorneuron.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.StepOutcome;
import io.mirrorneuron.model.StepPhase;
import io.mirrorneuron.port.LedgerView;
import io.mirrorneuron.port.LedgerView.Attempt;
import io.mirrorneuron.port.LedgerView.Delivery;
import io.mirrorneuron.port.LedgerView.Edge;
import io.mirrorneuron.port.LedgerView.Step;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The step ledger as JSON, {@code workflow_state} of {@code grpc.md} section 5.4. Also reads
 * ledgers of other versions: members that are absent or of another type count as missing.
 */
public final class LedgerForm {
  private static final int SCHEMA_VERSION = 1;

  private LedgerForm() {}

  public static ObjectNode write(LedgerView ledger) {
    ObjectNode json = Json.object().put("schema_version", SCHEMA_VERSION);
    if (!ledger.hasSteps()) {
      return json.put("enabled", false);
    }
    LedgerView.Head head = ledger.head();
    json.put("enabled", true).put("job_id", head.jobId()).put("run_id", head.runId());
    json.put("created_at", Timestamps.text(head.createdAt()));
    json.put("updated_at", Timestamps.text(head.updatedAt())).put("status", head.status());
    ledger.steps().keySet().forEach(json.putArray("step_order")::add);
    ledger.stepOfAgent().forEach(json.putObject("agent_to_step")::put);
    ArrayNode edges = json.putArray("edges");
    ledger.edges().forEach(edge -> edges.add(edge(edge)));
    ObjectNode steps = json.putObject("steps");
    ledger.steps().forEach((id, step) -> steps.set(id, step(step)));
    ObjectNode messages = json.putObject("messages");
    for (Delivery message : ledger.messages()) {
      messages
          .putObject(message.messageId())
          .put("message_id", message.messageId())
          .put("step_id", message.stepId())
          .put("status", message.status())
          .put("updated_at", Timestamps.text(message.updatedAt()));
    }
    return json;
  }

  private static ObjectNode edge(Edge edge) {
    ObjectNode json = Json.object().put("id", edge.id());
    json.put("from", edge.from()).put("to", edge.to()).put("required", edge.required());
    edge.accepts().forEach(json.putArray("accepts")::add);
    return json;
  }

  private static ObjectNode step(Step step) {
    ObjectNode json = Json.object().put("id", step.id());
    declared(json, step.declared());
    if (step.instance() != null) {
      json.put("template", step.instance().template()).put("map_index", step.instance().index());
    }
    LedgerView.Attempts attempts = step.attempts();
    json.put("status", step.phase().word()).put("attempt_count", attempts.count());
    ArrayNode finished = json.putArray("attempts");
    attempts.finished().forEach(one -> finished.add(attempt(one)));
    json.set("current_attempt", attempts.current() == null ? null : attempt(attempts.current()));
    LedgerView.Times times = step.times();
    json.put("deadline_at", Timestamps.text(times.deadlineAt()));
    json.put("heartbeat_deadline_at", Timestamps.text(times.heartbeatDeadlineAt()));
    json.put("retry_at", Timestamps.text(times.retryAt()));
    json.put("started_at", Timestamps.text(times.startedAt()));
    json.put("ended_at", Timestamps.text(times.endedAt()));
    json.put("last_event_at", Timestamps.text(times.lastEventAt()));
    LedgerView.Result result = step.result();
    json.put("terminal_reason", result.reason()).set("terminal_error", result.error());
    json.set("last_error", attempts.lastError());
    json.put("terminal_outcome", result.outcome() == null ? null : result.outcome().word());
    json.set("last_message", result.message());
    json.set("output", result.output());
    return json;
  }

  private static void declared(ObjectNode json, LedgerView.Declared declared) {
    json.put("label", declared.label()).put("run", declared.run());
    declared.agentIds().forEach(json.putArray("agent_ids")::add);
    json.put("required", declared.required()).put("failure_policy", declared.failurePolicy());
    ObjectNode rule = json.putObject("trigger_rule").put("rule", declared.trigger().rule());
    if (declared.trigger().quorum() > 0) {
      rule.put("quorum", declared.trigger().quorum());
    }
    LedgerView.Limits limits = declared.limits();
    json.put("max_attempts", limits.maxAttempts());
    json.put("retry_backoff_ms", limits.retryBackoffMs());
    json.put("retry_backoff_multiplier", limits.retryBackoffMultiplier());
    json.put("timeout_seconds", limits.timeoutSeconds());
    json.put("beacon_timeout_ms", limits.beaconTimeoutMs());
  }

  /** {@code Attempt} of that section. */
  public static ObjectNode attempt(Attempt attempt) {
    ObjectNode json = Json.object().put("attempt_id", attempt.id());
    json.put("attempt", attempt.number()).put("agent_id", attempt.agentId());
    if (attempt.input() != null) {
      json.put("message_id", attempt.input().messageId());
      json.put("idempotency_key", attempt.input().idempotencyKey());
    }
    LedgerView.AttemptTimes times = attempt.times();
    json.put("started_at", Timestamps.text(times.startedAt()));
    json.put("deadline_at", Timestamps.text(times.deadlineAt()));
    json.put("heartbeat_deadline_at", Timestamps.text(times.heartbeatDeadlineAt()));
    json.put("last_beacon_at", Timestamps.text(times.lastBeaconAt()));
    json.put("status", attempt.status());
    if (times.endedAt() != 0) {
      json.put("ended_at", Timestamps.text(times.endedAt()));
    }
    return json;
  }

  /** {@link LedgerView#NONE} when the document has no ledger, or one that is not enabled. */
  public static LedgerView read(JsonNode json) {
    if (!json.path("enabled").asBoolean()) {
      return LedgerView.NONE;
    }
    Map<String, String> agents = new LinkedHashMap<>();
    json.path("agent_to_step").properties().forEach(one -> agents.put(one.getKey(), word(one)));
    Map<String, Step> steps = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> one : json.path("steps").properties()) {
      steps.put(one.getKey(), step(one.getKey(), one.getValue()));
    }
    return new LedgerView(
        new LedgerView.Head(
            text(json, "job_id"),
            text(json, "run_id"),
            time(json, "created_at"),
            time(json, "updated_at"),
            text(json, "status")),
        agents,
        Json.elements(json.path("edges")).map(LedgerForm::edge).toList(),
        steps,
        json.path("messages").properties().stream().map(LedgerForm::delivery).toList());
  }

  private static String word(Map.Entry<String, JsonNode> member) {
    return member.getValue().asText();
  }

  private static Edge edge(JsonNode json) {
    return new Edge(
        text(json, "id"),
        text(json, "from"),
        text(json, "to"),
        json.path("required").asBoolean(),
        texts(json.path("accepts")));
  }

  private static Delivery delivery(Map.Entry<String, JsonNode> member) {
    JsonNode json = member.getValue();
    return new Delivery(
        member.getKey(), text(json, "step_id"), text(json, "status"), time(json, "updated_at"));
  }

  private static Step step(String id, JsonNode json) {
    String template = text(json, "template");
    return new Step(
        id,
        declared(json),
        template == null ? null : new LedgerView.Instance(template, json.path("map_index").asInt()),
        StepPhase.ofKnown(text(json, "status")),
        new LedgerView.Attempts(
            json.path("attempt_count").asInt(),
            Json.elements(json.path("attempts")).map(LedgerForm::readAttempt).toList(),
            json.path("current_attempt").isObject()
                ? readAttempt(json.path("current_attempt"))
                : null,
            given(json, "last_error")),
        new LedgerView.Times(
            time(json, "deadline_at"),
            time(json, "heartbeat_deadline_at"),
            time(json, "retry_at"),
            time(json, "started_at"),
            time(json, "ended_at"),
            time(json, "last_event_at")),
        new LedgerView.Result(
            StepOutcome.ofKnown(text(json, "terminal_outcome")),
            text(json, "terminal_reason"),
            given(json, "terminal_error"),
            given(json, "last_message"),
            given(json, "output")));
  }

  private static LedgerView.Declared declared(JsonNode json) {
    JsonNode rule = json.path("trigger_rule");
    return new LedgerView.Declared(
        text(json, "label"),
        text(json, "run"),
        texts(json.path("agent_ids")),
        json.path("required").asBoolean(),
        text(json, "failure_policy"),
        new LedgerView.Trigger(text(rule, "rule"), rule.path("quorum").asInt()),
        new LedgerView.Limits(
            json.path("max_attempts").asInt(),
            json.path("retry_backoff_ms").asLong(),
            json.path("retry_backoff_multiplier").asDouble(),
            json.path("timeout_seconds").asDouble(),
            json.path("beacon_timeout_ms").asLong()));
  }

  /** Reads the form of {@link #attempt}. */
  public static Attempt readAttempt(JsonNode json) {
    String message = text(json, "message_id");
    return new Attempt(
        text(json, "attempt_id"),
        json.path("attempt").asInt(),
        text(json, "agent_id"),
        message == null ? null : new LedgerView.Input(message, text(json, "idempotency_key")),
        new LedgerView.AttemptTimes(
            time(json, "started_at"),
            time(json, "deadline_at"),
            time(json, "heartbeat_deadline_at"),
            time(json, "last_beacon_at"),
            time(json, "ended_at")),
        text(json, "status"));
  }

  private static List<String> texts(JsonNode list) {
    return Json.elements(list).filter(JsonNode::isTextual).map(JsonNode::asText).toList();
  }

  /** Null when it is absent, blank or no text. */
  private static String text(JsonNode json, String name) {
    String text = json.path(name).textValue();
    return text == null || text.isBlank() ? null : text;
  }

  private static long time(JsonNode json, String name) {
    String text = json.path(name).textValue();
    return text == null ? 0 : Timestamps.millis(text);
  }

  private static JsonNode given(JsonNode json, String name) {
    return json.hasNonNull(name) ? json.get(name) : null;
  }
}
