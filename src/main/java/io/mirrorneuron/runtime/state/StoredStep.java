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
 * The record of a step, or of an instance of one, as it is stored; null is what there is nothing to
 * say of. Its output and the message that it was started with are stored beside it.
 *
 * @param template of an instance, the step that it is one of
 * @param instances of a template, how many it has
 * @param error of the last attempt that failed
 * @param attempt number of the present or last attempt
 * @param attempts those that are over, oldest first, as {@code LedgerForm} writes them
 * @param input place in the job's order of the message that the step was started with
 * @param inputConsumed whether that message was taken; null without one
 * @param mailboxes by agent, those that are not as new ones
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

  /** Whether it has begun and not ended, so that there is a message that it works on. */
  boolean isUnderWork() {
    return UNDER_WORK.contains(StepPhase.ofKnown(status)) && instances == null;
  }

  /** What is stored of an agent beside its mailbox and what programs fill. */
  record StoredAgent(
      long processed, String lastError, AgentState.LastProgram sandbox, boolean fired) {}
}
