package io.mirrorneuron.runtime.placement;

import io.mirrorneuron.runtime.port.Scheduler;
import io.mirrorneuron.runtime.workflow.StoredPlan;
import io.mirrorneuron.runtime.workflow.Workflow;
import java.util.List;
import java.util.Locale;
import java.util.function.BiFunction;

/**
 * Plans accepted jobs on this node: each of their agents fits it, and waits while resources are in
 * use.
 */
public final class LocalScheduler implements Scheduler {
  private final List<String> nodes;
  private final BiFunction<Workflow, Long, StoredPlan> places;

  /**
   * @param nodeName of the form {@code mirror_neuron@host}
   */
  public LocalScheduler(String nodeName) {
    this(nodeName, (workflow, now) -> new StoredPlan(nodeName, now, null, List.of()));
  }

  /**
   * @param nodeName of the form {@code mirror_neuron@host}
   * @param places plans agents at a time; does not wait
   */
  public LocalScheduler(String nodeName, BiFunction<Workflow, Long, StoredPlan> places) {
    this.nodes = List.of(nodeName);
    this.places = places;
  }

  @Override
  public StoredPlan place(Workflow workflow, long now) {
    return places.apply(workflow, now);
  }

  @Override
  public Plan plan(Workflow workflow) {
    String strategy = workflow.policies().scheduling().strategy().name().toLowerCase(Locale.ROOT);
    return new Plan("local", strategy, "single_node", workflow.agents().size(), nodes);
  }
}
