package io.mirrorneuron.runtime.state.definition;

import io.mirrorneuron.runtime.workflow.Workflow;
import java.util.List;

/**
 * Another definition of some agents of a job that runs: from the same graph, and all that is not
 * theirs unchanged.
 *
 * @param number one more than that of the definition that it follows; an order that comes late is
 *     known by it
 * @param manifest takes the place of the job's
 * @param workflow what that says
 * @param bundle fingerprint of the payload files of these agents, or null for none
 * @param agents as the manifest calls them
 */
public record Redefinition(
    long number,
    String manifest,
    Workflow workflow,
    String bundle,
    List<String> agents,
    DeployedBy by) {
  public Redefinition {
    agents = List.copyOf(agents);
  }
}
