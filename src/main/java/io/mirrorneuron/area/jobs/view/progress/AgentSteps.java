package io.mirrorneuron.area.jobs.view.progress;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.area.jobs.view.stored.Errors;
import java.util.Collection;
import java.util.Map;

/**
 * Shows steps that are an agent each, of a job without a ledger: what the runtime says of an agent
 * goes before what events have told.
 */
final class AgentSteps {
  private final Map<String, JsonNode> agents;
  private final boolean lasting;

  /**
   * @param agents as the runtime describes them, by id
   * @param lasting whether the job is a service, whose agents rest rather than end
   */
  AgentSteps(Map<String, JsonNode> agents, boolean lasting) {
    this.agents = agents;
    this.lasting = lasting;
  }

  void showOn(Collection<ShownStep> steps) {
    for (ShownStep step : steps) {
      step.workers().forEach(worker -> show(agents.get(worker.id), worker, step.plan.id()));
      step.followWorkers();
    }
  }

  private void show(JsonNode agent, WorkState worker, String stepId) {
    StepStatus now =
        agent == null ? null : StepStatus.ofAgent(agent.path("status").asText(), lasting);
    long endedAt = worker.endedAt == 0 ? worker.lastEventAt : worker.endedAt;
    if (now == StepStatus.RUNNING) {
      worker.start(worker.lastEventAt);
    } else if (now == StepStatus.FAILED) {
      worker.fail(now, failure(agent, worker, stepId), endedAt);
    } else if (now != null) {
      worker.end(now, endedAt);
    }
  }

  private static ObjectNode failure(JsonNode agent, WorkState worker, String stepId) {
    return worker.failure != null
        ? worker.failure
        : Errors.of(
            agent.path("last_error"),
            new Errors.Origin("runtime.failure", worker.lastEventAt, 0, stepId, worker.id));
  }
}
