package io.mirrorneuron.runtime.placement;

import io.mirrorneuron.runtime.port.Scheduler;
import io.mirrorneuron.runtime.workflow.Workflow;
import java.util.List;

/** Plans over the node it runs on; every job fits, what it cannot run yet waits in a pool. */
public final class LocalScheduler implements Scheduler {
  private final List<String> nodes;
  private final Placement placement;

  /**
   * @param nodeName of the form {@code mirror_neuron@host}
   */
  public LocalScheduler(String nodeName, Placement placement) {
    this.nodes = List.of(nodeName);
    this.placement = placement;
  }

  @Override
  public Plan plan(Workflow workflow) {
    return placement.place(workflow, nodes);
  }
}
