package io.mirrorneuron.runtime.state;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.StepPhase;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The stored record of a step or of an instance; members are null when there is nothing to store.
 * Its output and its input message are stored beside it.
 *
 * @param template of an instance, the id of its template
 * @param instances of a template, how many it has
 * @param error of the last failed attempt
 * @param attempt number of the present or last attempt
 * @param attempts the finished ones, oldest first, as {@code LedgerForm} writes them
 * @param input place of the input message in the job's order
 * @param inputConsumed whether that message was taken; null without one
 * @param mailboxes by agent, those that differ from new ones
 */
@JsonInclude(Include.NON_NULL)
record StoredStep(
    String status,
    String template,
    Integer mapIndex,
    Integer instances,
    String outcome,
    String reason,
    ObjectNode error,
    int attempt,
    @JsonUnwrapped AttemptLog.Times times,
    List<JsonNode> attempts,
    Long input,
    Boolean inputConsumed,
    Map<String, Mailbox.Stored> mailboxes) {
  private static final Set<StepPhase> UNDER_WORK =
      EnumSet.of(StepPhase.QUEUED, StepPhase.RUNNING, StepPhase.RETRY_WAIT);

  /** Whether it has begun and not ended, so that it has an input message. */
  boolean isUnderWork() {
    return UNDER_WORK.contains(StepPhase.ofKnown(status)) && instances == null;
  }

  /** The stored record of an agent except its mailbox and the members that programs fill. */
  record StoredAgent(
      long processed, String lastError, AgentState.LastProgram sandbox, boolean fired) {}
}
