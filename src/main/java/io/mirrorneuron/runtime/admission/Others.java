package io.mirrorneuron.runtime.admission;

import io.mirrorneuron.runtime.placement.BestNode;
import io.mirrorneuron.runtime.placement.Machine;
import io.mirrorneuron.runtime.placement.Placement;
import io.mirrorneuron.runtime.placement.PlacementPlan;
import io.mirrorneuron.runtime.placement.PlacementPlan.Placed;
import io.mirrorneuron.runtime.placement.PlacementPlan.Unplaced;
import io.mirrorneuron.runtime.placement.PlacementRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The other nodes of a cluster, which take the programs that a job's own node cannot run.
 *
 * @param asked what they have; may wait for them
 * @param last what they had when they were last asked; does not wait
 */
public record Others(Supplier<List<Machine>> asked, Supplier<List<Machine>> last) {
  static final Others NONE = new Others(List::of, List::of);
  private static final Placement BEST = new BestNode();

  /**
   * Where agents run: on the job's own node whatever it can run.
   *
   * @param own the job's node
   * @param others all with other names
   */
  PlacementPlan plan(
      List<Machine> own, List<PlacementRequest> agents, Supplier<List<Machine>> others) {
    PlacementPlan plan = BEST.plan(own, agents);
    List<Machine> more = plan.refusals().isEmpty() ? List.of() : others.get();
    if (more.isEmpty()) {
      return plan;
    }
    Map<String, Placed> places = new HashMap<>();
    plan.placements().forEach(one -> places.put(one.request().agentId(), one));
    List<PlacementRequest> refused =
        agents.stream().filter(agent -> !places.containsKey(agent.agentId())).toList();
    List<Machine> all = new ArrayList<>(own);
    all.addAll(more);
    PlacementPlan elsewhere = BEST.plan(all, refused);
    elsewhere.placements().forEach(one -> places.put(one.request().agentId(), one));
    List<Unplaced> nowhere = elsewhere.refusals();
    List<Placed> inOrder =
        agents.stream()
            .filter(agent -> places.containsKey(agent.agentId()))
            .map(agent -> places.get(agent.agentId()))
            .toList();
    return new PlacementPlan(inOrder, nowhere);
  }
}
