package io.mirrorneuron.port;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.model.StepOutcome;
import io.mirrorneuron.model.StepPhase;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The step ledger of a job: the progress of each step according to the runtime that runs the job,
 * the only source of truth about steps. {@code wire.LedgerForm} reads and writes it as JSON, {@code
 * grpc.md} section 5.4. Times are in milliseconds since the epoch; 0 is none. Unknown values are
 * null.
 *
 * @param stepOfAgent the first step that each agent works for
 * @param steps by id, in manifest order; instances follow all declared steps
 * @param messages delivery state of the messages that start steps
 */
public record LedgerView(
    Head head,
    Map<String, String> stepOfAgent,
    List<Edge> edges,
    Map<String, Step> steps,
    List<Delivery> messages) {
  /** For a job without tracked steps. */
  public static final LedgerView NONE =
      new LedgerView(new Head(null, null, 0, 0, null), Map.of(), List.of(), Map.of(), List.of());

  public LedgerView {
    stepOfAgent = Collections.unmodifiableMap(new LinkedHashMap<>(stepOfAgent));
    edges = List.copyOf(edges);
    steps = Collections.unmodifiableMap(new LinkedHashMap<>(steps));
    messages = List.copyOf(messages);
  }

  public boolean hasSteps() {
    return !steps.isEmpty();
  }

  /**
   * @param status of the job, in the ledger's vocabulary
   */
  public record Head(String jobId, String runId, long createdAt, long updatedAt, String status) {}

  /**
   * @param accepts the outcomes of {@code from} that let {@code to} start
   */
  public record Edge(String id, String from, String to, boolean required, List<String> accepts) {
    public Edge {
      accepts = List.copyOf(accepts);
    }
  }

  /**
   * @param instance null for a step of the manifest
   * @param phase null for a phase that this program does not know
   */
  public record Step(
      String id,
      Declared declared,
      Instance instance,
      StepPhase phase,
      Attempts attempts,
      Times times,
      Result result) {}

  /**
   * The manifest's declaration of a step; an instance has that of its template.
   *
   * @param run what does the work
   */
  public record Declared(
      String label,
      String run,
      List<String> agentIds,
      boolean required,
      String failurePolicy,
      Trigger trigger,
      Limits limits) {
    public Declared {
      agentIds = List.copyOf(agentIds);
    }
  }

  /**
   * @param quorum 0 for rules without one
   */
  public record Trigger(String rule, int quorum) {}

  public record Limits(
      int maxAttempts,
      long retryBackoffMs,
      double retryBackoffMultiplier,
      double timeoutSeconds,
      long beaconTimeoutMs) {}

  /**
   * @param index of the item that the instance works on, from 0
   */
  public record Instance(String template, int index) {}

  /**
   * @param count number of the current or last attempt; 0 before the first
   * @param finished the latest finished attempts, oldest first
   * @param current null before the first attempt and when the step has ended
   * @param lastError an {@code mn.error.v1} object
   */
  public record Attempts(int count, List<Attempt> finished, Attempt current, JsonNode lastError) {
    public Attempts {
      finished = List.copyOf(finished);
    }

    /** The current attempt, else the last one, or null. */
    public Attempt latest() {
      return current != null || finished.isEmpty() ? current : finished.getLast();
    }
  }

  /**
   * @param input null if not started by a message
   * @param status of the attempt, current or final
   */
  public record Attempt(
      String id, int number, String agentId, Input input, AttemptTimes times, String status) {

    /** Returns a copy that has ended. */
    public Attempt ended(String word, long at) {
      return new Attempt(id, number, agentId, input, times.ended(at), word);
    }
  }

  public record Input(String messageId, String idempotencyKey) {}

  public record AttemptTimes(
      long startedAt, long deadlineAt, long heartbeatDeadlineAt, long lastBeaconAt, long endedAt) {

    AttemptTimes ended(long at) {
      return new AttemptTimes(startedAt, deadlineAt, heartbeatDeadlineAt, lastBeaconAt, at);
    }
  }

  /**
   * @param retryAt start of the next attempt, for a step that waits for it
   * @param startedAt its first attempt was ordered
   */
  public record Times(
      long deadlineAt,
      long heartbeatDeadlineAt,
      long retryAt,
      long startedAt,
      long endedAt,
      long lastEventAt) {}

  /**
   * Outcome, input and output of an ended step.
   *
   * @param error of a failed step, an {@code mn.error.v1} object
   * @param message the head of the message that started the step
   * @param output as its program wrote it
   */
  public record Result(
      StepOutcome outcome, String reason, JsonNode error, JsonNode message, JsonNode output) {}

  /**
   * @param status {@code running}, {@code acked}, {@code blocked} or {@code failed}
   */
  public record Delivery(String messageId, String stepId, String status, long updatedAt) {}
}
