package io.mirrorneuron.runtime.placement;

import io.mirrorneuron.runtime.port.Scheduler;
import io.mirrorneuron.runtime.workflow.Workflow;
import java.util.List;
import java.util.Locale;

/**
 * Plans over the node it runs on, where a job was accepted because each of its agents fits; what it
 * cannot run yet waits for its turn.
 */
public final class LocalScheduler implements Scheduler {
  private final List<String> nodes;

  /**
   * @param nodeName of the form {@code mirror_neuron@host}
   */
  public LocalScheduler(String nodeName) {
    this.nodes = List.of(nodeName);
  }

  @Override
  public Plan plan(Workflow workflow) {
    String strategy = workflow.policies().scheduling().strategy().name().toLowerCase(Locale.ROOT);
    return new Plan("local", strategy, "single_node", workflow.agents().size(), nodes);
  }
}
