package io.mirrorneuron.runtime.state;

import io.mirrorneuron.runtime.state.StoredDefinition.DeployedBy;
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
 * @param stop which of their programs are not waited for without end
 */
public record Redefinition(
    long number,
    String manifest,
    Workflow workflow,
    String bundle,
    List<String> agents,
    DeployedBy by,
    ProgramStop stop) {
  public Redefinition {
    agents = List.copyOf(agents);
    stop = stop == null ? ProgramStop.NONE : stop;
  }

  /** The same, taken by its job at that time, in milliseconds since the epoch. */
  public Redefinition taken(long now) {
    return new Redefinition(number, manifest, workflow, bundle, agents, by, stop.from(now));
  }

  /** As it is stored and sent. */
  public StoredDefinition.Order order() {
    return new StoredDefinition.Order(number, manifest, bundle, agents, by, stop);
  }
}
