package io.mirrorneuron.runtime.documents;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.port.Validation.Plan;
import io.mirrorneuron.port.Validation.PlannedAgent;
import io.mirrorneuron.port.Validation.PlannedStep;
import io.mirrorneuron.runtime.workflow.StepGraph.Step;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.runtime.workflow.Workflow.Agent;
import io.mirrorneuron.runtime.workflow.Workflow.AgentType;
import io.mirrorneuron.wire.Json;
import java.util.List;
import java.util.Locale;

/** The executable parts of a workflow, for its author. */
public final class WorkflowPlan {
  private WorkflowPlan() {}

  public static Plan of(Workflow workflow) {
    return new Plan(
        workflow.graphId(),
        word(workflow.jobType()),
        workflow.steps().steps().values().stream().map(WorkflowPlan::planned).toList(),
        workflow.agents().values().stream().map(WorkflowPlan::planned).toList());
  }

  private static PlannedStep planned(Step step) {
    return new PlannedStep(
        step.id(), step.incoming().stream().map(edge -> edge.from()).toList(), step.agentIds());
  }

  private static PlannedAgent planned(Agent agent) {
    boolean runs = agent.type() == AgentType.EXECUTOR;
    return new PlannedAgent(
        agent.id(),
        word(agent.type()),
        runs ? agent.settings().pool() : null,
        runs ? agent.settings().slots() : 0,
        runs ? command(agent.config().path("command")) : List.of());
  }

  /** As its author wrote it: a list, or one line for a shell. */
  private static List<String> command(JsonNode command) {
    return command.isTextual()
        ? List.of(command.textValue())
        : Json.elements(command).map(JsonNode::asText).toList();
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
