package io.mirrorneuron.runtime.decide;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.model.StepPhase;
import io.mirrorneuron.runtime.port.Executions.Event;
import io.mirrorneuron.runtime.port.PrintedOutput;
import io.mirrorneuron.wire.Json;
import java.util.ArrayList;
import java.util.List;

/**
 * What the events that a program printed ask of the step it works for.
 *
 * @param failure why the attempt counts as failed though the program ended well, or null
 * @param status how the step has ended
 * @param branches the children that shall go on, or null for all
 * @param scatter the payload that asks for it, or null
 * @param warning what the runner says of the output, or null
 * @param told events for the record, as the program wrote them: all but beacons, as the attempt is
 *     over
 */
public record StepReport(
    String failure,
    StepPhase status,
    List<String> branches,
    JsonNode scatter,
    boolean skipDownstream,
    String warning,
    List<Event> told) {
  private static final String MESSAGE = "message";
  private static final String UNNAMED_BRANCHES =
      "branch was rejected: branches must be a list of names of steps";

  public static StepReport of(List<Event> events) {
    String failure = null;
    StepPhase status = StepPhase.COMPLETED;
    List<String> branches = null;
    JsonNode scatter = null;
    boolean skips = false;
    String warning = null;
    List<Event> told = new ArrayList<>();
    for (Event event : events) {
      JsonNode payload = event.payload();
      skips |= payload.path("skip_downstream").asBoolean();
      if (!event.type().equals("workflow_step_beacon")) {
        told.add(event);
      }
      switch (event.type()) {
        case "workflow_step_failed" -> failure = reason(payload);
        case "workflow_step_completed" -> status = StepPhase.COMPLETED;
        case "workflow_step_partial" -> status = StepPhase.PARTIAL;
        case "workflow_step_skipped" -> status = StepPhase.SKIPPED;
        case "workflow_step_branch" -> {
          branches = branches(payload);
          failure = branches == null ? UNNAMED_BRANCHES : failure;
        }
        case "workflow_step_scatter" -> scatter = payload;
        case PrintedOutput.WARNING -> warning = payload.path(MESSAGE).textValue();
        default -> {
          // asks for nothing
        }
      }
    }
    return new StepReport(failure, status, branches, scatter, skips, warning, told);
  }

  private static String reason(JsonNode payload) {
    for (String member : new String[] {"reason", "error", MESSAGE}) {
      JsonNode value = payload.path(member);
      if (value.isTextual() && !value.textValue().isBlank()) {
        return value.textValue();
      }
      JsonNode message = value.path(MESSAGE);
      if (message.isTextual()) {
        return message.textValue();
      }
    }
    return "the program reported that its step failed";
  }

  /** Null when they are no names. */
  private static List<String> branches(JsonNode payload) {
    JsonNode named = payload.get(payload.hasNonNull("branches") ? "branches" : "branch");
    List<JsonNode> all =
        named == null
            ? List.of()
            : named.isArray() ? Json.elements(named).toList() : List.of(named);
    return named == null || !all.stream().allMatch(one -> one.isTextual() || one.isNumber())
        ? null
        : all.stream().map(JsonNode::asText).toList();
  }
}
