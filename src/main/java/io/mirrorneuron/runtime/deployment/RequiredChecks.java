package io.mirrorneuron.runtime.deployment;

import io.mirrorneuron.runtime.deployment.DeploymentPlan.Mode;
import io.mirrorneuron.runtime.manifest.graph.CheckDefinition;
import io.mirrorneuron.runtime.manifest.graph.ServiceDefinition;
import io.mirrorneuron.runtime.manifest.graph.ServiceDemands;
import io.mirrorneuron.runtime.workflow.UpdatePolicy.HealthSource;
import io.mirrorneuron.runtime.workflow.Workflow;
import java.util.List;
import java.util.Set;

/** The services whose checks decide about a version's health. */
public final class RequiredChecks {
  private static final Set<Mode> LOOKED_AT = Set.of(Mode.FIRST, Mode.AGENT_LEVEL, Mode.BLUE_GREEN);

  private RequiredChecks() {}

  /**
   * Services with a required check.
   *
   * @param agents whose services count, beside those of the job; empty for all
   */
  public static List<ServiceDefinition> of(Workflow workflow, List<String> agents) {
    return ServiceDemands.of(workflow).offered().stream()
        .filter(one -> one.checks().stream().anyMatch(CheckDefinition::required))
        .filter(one -> one.agentId() == null || agents.isEmpty() || agents.contains(one.agentId()))
        .toList();
  }

  /** Warning when the policy relies on checks and there are none; else null. */
  static String warning(DeploymentPlan plan, Workflow next) {
    boolean asks =
        plan.policy().healthCheck() == HealthSource.CHECKS && LOOKED_AT.contains(plan.mode());
    List<String> changed = plan.before(plan.batches().size());
    if (!asks || !of(next, changed).isEmpty()) {
      return null;
    }
    return "health_check is checks, but no service of %s has a required check: the states of agents decide, as with agent_states"
        .formatted(changed.isEmpty() ? "the version" : "agents " + String.join(", ", changed));
  }
}
