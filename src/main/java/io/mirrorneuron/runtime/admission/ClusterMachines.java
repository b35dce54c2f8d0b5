package io.mirrorneuron.runtime.admission;

import io.mirrorneuron.runtime.admission.Shortage.Absence;
import io.mirrorneuron.runtime.placement.BestNode;
import io.mirrorneuron.runtime.placement.Machine;
import io.mirrorneuron.runtime.placement.Placement;
import io.mirrorneuron.runtime.placement.Placement.PlacementRequest;
import io.mirrorneuron.runtime.placement.PlacementPlan;
import io.mirrorneuron.runtime.placement.PlacementPlan.Placed;
import io.mirrorneuron.runtime.placement.PlacementPlan.Unplaced;
import io.mirrorneuron.runtime.workflow.Workflow;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The other nodes of a cluster, which take the programs that a job's own node cannot run.
 *
 * @param asked their machines; may wait for them
 * @param last their machines when last asked; does not wait
 * @param members names of all members and whether they live, including those that take no work or
 *     died within an hour, without those an operator took out; may wait
 * @param takesWork whether the named node, this one or another, takes new work; does not wait
 */
public record ClusterMachines(
    Supplier<List<Machine>> asked,
    Supplier<List<Machine>> last,
    Supplier<Map<String, Boolean>> members,
    Predicate<String> takesWork) {
  static final ClusterMachines NONE =
      new ClusterMachines(List::of, List::of, Map::of, node -> true);
  private static final Placement BEST = new BestNode();

  /**
   * Places agents on the job's own node if it can run them. A node that is drained, in maintenance
   * or has a full disk runs only those that no other node can.
   *
   * @param own the job's node
   * @param others all with other names
   */
  PlacementPlan plan(
      List<Machine> own, List<PlacementRequest> agents, Supplier<List<Machine>> others) {
    List<Machine> first = able(own.stream().filter(one -> takesWork.test(one.name())).toList());
    PlacementPlan plan = BEST.plan(first, agents);
    List<Machine> more = plan.refusals().isEmpty() ? List.of() : open(others);
    if (more.isEmpty()) {
      return plan.refusals().isEmpty() ? plan : BEST.plan(own, agents);
    }
    Map<String, Placed> places = new HashMap<>();
    plan.placements().forEach(one -> places.put(one.request().agentId(), one));
    List<PlacementRequest> refused =
        agents.stream().filter(agent -> !places.containsKey(agent.agentId())).toList();
    List<Machine> all = new ArrayList<>(first);
    all.addAll(able(more));
    PlacementPlan elsewhere = BEST.plan(all, refused);
    elsewhere.placements().forEach(one -> places.put(one.request().agentId(), one));
    List<Unplaced> nowhere = elsewhere.refusals();
    List<Machine> last = new ArrayList<>(own);
    last.addAll(more);
    last.removeAll(all);
    if (!last.isEmpty() && !nowhere.isEmpty()) { // they stay with their job, or wait for resources
      Set<String> left = nowhere.stream().map(Unplaced::agentId).collect(Collectors.toSet());
      List<PlacementRequest> bound =
          refused.stream().filter(agent -> left.contains(agent.agentId())).toList();
      all.addAll(last);
      PlacementPlan home = BEST.plan(all, bound);
      home.placements().forEach(one -> places.put(one.request().agentId(), one));
      nowhere = home.refusals();
    }
    List<Placed> inOrder =
        agents.stream()
            .filter(agent -> places.containsKey(agent.agentId()))
            .map(agent -> places.get(agent.agentId()))
            .toList();
    return new PlacementPlan(inOrder, nowhere);
  }

  /**
   * Requests of agents that no node of the cluster can meet. Nodes that take no work now
   * (maintenance, drain, full disk) count, as they will take work again. But a job with a copy on
   * each node needs one node that takes work, unless its own is alone.
   *
   * @param agents all requests, or a part of them
   */
  Shortage shortage(Workflow workflow, Machine own, List<PlacementRequest> agents) {
    List<Unplaced> now = plan(workflow, own, agents).refusals();
    boolean isBound = workflow.isSystem() && SpreadCheck.obstacle(workflow).isPresent();
    if (isBound || now.isEmpty() && !mustWait(workflow, own, agents)) {
      return new Shortage(now, Map.of());
    }
    Map<String, Absence> missing = new TreeMap<>();
    List<Machine> all = new ArrayList<>(List.of(own));
    List<Machine> answered = asked.get();
    members
        .get()
        .forEach((name, lives) -> missing.put(name, lives ? Absence.UNREACHED : Absence.DEAD));
    for (Machine one : answered) {
      if (missing.remove(one.name()) != null) {
        all.add(one);
      }
    }
    if (!workflow.isSystem()) {
      List<Unplaced> nowhere = BEST.plan(all, agents).refusals();
      return new Shortage(nowhere, nowhere.isEmpty() ? Map.of() : missing);
    }
    PlacementPlan each = BEST.planEach(all, agents);
    each.nodes().forEach(name -> missing.put(name, Absence.RESTING));
    return new Shortage(each.refusals().isEmpty() ? now : each.refusals(), missing);
  }

  /** Whether copies could start only on a node that takes no work now, while other nodes live. */
  private boolean mustWait(Workflow workflow, Machine own, List<PlacementRequest> agents) {
    return workflow.isSystem()
        && copies(own, agents).placements().isEmpty()
        && members.get().containsValue(true);
  }

  private static List<Machine> able(List<Machine> machines) {
    return machines.stream().filter(one -> one.fullDisk() == null).toList();
  }

  private List<Machine> open(Supplier<List<Machine>> others) {
    return others.get().stream().filter(one -> takesWork.test(one.name())).toList();
  }

  /**
   * The placement of a job's agents. A system job has copies of all of them: on each node that
   * takes work and meets their requests; if there is none, on the job's own.
   */
  PlacementPlan plan(Workflow workflow, Machine own) {
    return plan(workflow, own, PlacementRequest.of(workflow));
  }

  /**
   * @param agents all requests, or a part of them
   */
  PlacementPlan plan(Workflow workflow, Machine own, List<PlacementRequest> agents) {
    if (!workflow.isSystem()) {
      return plan(List.of(own), agents, asked);
    }
    PlacementPlan plan =
        SpreadCheck.obstacle(workflow).isEmpty()
            ? copies(own, agents)
            : new PlacementPlan(List.of(), List.of());
    return plan.placements().isEmpty() ? BEST.planEach(List.of(own), agents) : plan;
  }

  private PlacementPlan copies(Machine own, List<PlacementRequest> agents) {
    List<Machine> nodes = new ArrayList<>(open(() -> List.of(own)));
    nodes.addAll(open(asked));
    return BEST.planEach(able(nodes), agents);
  }
}
