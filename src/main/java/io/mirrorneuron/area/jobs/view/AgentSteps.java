package io.mirrorneuron.area.jobs.view;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.AgentFacts;
import java.util.Collection;
import java.util.Map;

/**
 * Shows steps that are an agent each, of a job without a ledger: what the runtime says of an agent
 * goes before what events have told.
 */
final class AgentSteps {
  private final Map<String, AgentFacts> agents;
  private final boolean lasting;

  /**
   * @param agents as the runtime describes them, by id
   * @param lasting whether the job is a service, whose agents rest rather than end
   */
  AgentSteps(Map<String, AgentFacts> agents, boolean lasting) {
    this.agents = agents;
    this.lasting = lasting;
  }

  void showOn(Collection<ShownStep> steps) {
    for (ShownStep step : steps) {
      step.workers().forEach(worker -> show(agents.get(worker.id), worker, step.plan.id()));
      step.followWorkers();
    }
  }

  private void show(AgentFacts agent, WorkState worker, String stepId) {
    StepStatus now =
        agent == null ? null : StepStatus.ofAgent(Texts.or(agent.status(), ""), lasting);
    long endedAt = worker.endedAt == 0 ? worker.lastEventAt : worker.endedAt;
    if (now == StepStatus.RUNNING) {
      worker.start(worker.lastEventAt);
    } else if (now == StepStatus.FAILED) {
      worker.fail(now, failure(agent, worker, stepId), endedAt);
    } else if (now != null) {
      worker.end(now, endedAt);
    }
  }

  private static ObjectNode failure(AgentFacts agent, WorkState worker, String stepId) {
    return worker.failure != null
        ? worker.failure
        : Errors.of(
            agent.lastError(),
            new Errors.Origin("runtime.failure", worker.lastEventAt, 0, stepId, worker.id));
  }
}
