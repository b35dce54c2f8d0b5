package io.mirrorneuron.runtime.state;

import io.mirrorneuron.runtime.state.StoredDefinition.DeployedBy;
import io.mirrorneuron.runtime.workflow.Workflow;
import java.util.List;

/**
 * A new definition of some agents of a running job. The graph and the rest of the manifest stay the
 * same.
 *
 * @param number one more than that of the definition before; identifies late orders
 * @param manifest replaces the job's manifest
 * @param workflow the parsed manifest
 * @param bundle fingerprint of the payload files of these agents, or null for none
 * @param agents as the manifest calls them
 * @param stop which of their programs are stopped after a time
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

  /** The same, accepted by its job at that time, in milliseconds since the epoch. */
  public Redefinition taken(long now) {
    return new Redefinition(number, manifest, workflow, bundle, agents, by, stop.from(now));
  }

  /** As it is stored and sent. */
  public StoredDefinition.Order order() {
    return new StoredDefinition.Order(number, manifest, bundle, agents, by, stop);
  }
}
