package io.mirrorneuron.runtime.admission;

import io.mirrorneuron.port.JobPlan;
import io.mirrorneuron.runtime.admission.JobPlans.ToldPlace;
import io.mirrorneuron.runtime.placement.BestNode;
import io.mirrorneuron.runtime.placement.Machine;
import io.mirrorneuron.runtime.placement.Placement;
import io.mirrorneuron.runtime.placement.PlacementPlan;
import io.mirrorneuron.runtime.placement.PlacementPlan.Placed;
import io.mirrorneuron.runtime.placement.PlacementPlan.Unplaced;
import io.mirrorneuron.runtime.placement.PlacementRequest;
import io.mirrorneuron.runtime.workflow.KeptPlan;
import io.mirrorneuron.runtime.workflow.KeptPlan.Place;
import io.mirrorneuron.runtime.workflow.NodeDevice;
import io.mirrorneuron.runtime.workflow.Workflow;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Decides where the agents of a job run on this node, and tells it again later. */
public final class KeptPlans {
  private final LocalMachine here;
  private final Others others;
  private final Placement placement = new BestNode();

  public KeptPlans(LocalMachine here) {
    this(here, Others.NONE);
  }

  /**
   * @param others nodes that run what this one cannot
   */
  public KeptPlans(LocalMachine here, Others others) {
    this.here = here;
    this.others = others;
  }

  /**
   * From what is known now, without waiting. All agents of a job that was accepted run here: of one
   * that misses something the plan says so.
   *
   * @param workflow of a system job the copy for its target
   * @param now milliseconds since the epoch
   */
  public KeptPlan make(Workflow workflow, long now) {
    List<PlacementRequest> agents = PlacementRequest.of(workflow, KeptPlan.MOST_PLACES);
    Machine machine = here.known(workflow);
    PlacementPlan plan =
        isCopyForHere(workflow, agents)
            ? placement.planEach(List.of(machine), agents)
            : others.plan(List.of(machine), agents, others.last());
    Map<String, Place> places = new HashMap<>();
    for (Placed one : plan.placements()) {
      String id = one.request().agentId();
      places.put(id, place(one, source(workflow, id)));
    }
    plan.refusals().forEach(one -> places.put(one.agentId(), place(workflow, one)));
    List<Place> inOrder = new ArrayList<>();
    agents.forEach(agent -> inOrder.add(places.get(agent.agentId())));
    return new KeptPlan(here.name(), now, here.programs().driver(), inOrder);
  }

  private boolean isCopyForHere(Workflow workflow, List<PlacementRequest> agents) {
    return workflow.isSystem() && agents.getFirst().agentId().endsWith("@" + here.name());
  }

  private static Place place(Placed one, String source) {
    return new Place(
        one.request().agentId(),
        source,
        one.node(),
        one.devices().stream().map(NodeDevice::device).toList(),
        one.score(),
        one.reasons());
  }

  private Place place(Workflow workflow, Unplaced one) {
    String source = source(workflow, one.agentId());
    List<String> reasons = List.of(one.sentence(), "the job is here all the same");
    return new Place(one.agentId(), source, here.name(), List.of(), 0, reasons);
  }

  private static String source(Workflow workflow, String agentId) {
    int at = agentId.indexOf('@');
    return workflow.isSystem() && at > 0 ? agentId.substring(0, at) : null;
  }

  /**
   * The plan in full.
   *
   * @param workflow as its author wrote it
   */
  public JobPlan tell(Workflow workflow, KeptPlan plan) {
    Map<String, PlacementRequest> asked = new HashMap<>();
    PlacementRequest.of(workflow, KeptPlan.MOST_PLACES)
        .forEach(one -> asked.put(one.agentId(), one));
    List<ToldPlace> told =
        plan.places().stream()
            .filter(place -> asked.containsKey(place.declared()))
            .map(place -> new ToldPlace(asked.get(place.declared()), place))
            .toList();
    Instant made = Instant.ofEpochMilli(plan.madeAt());
    return JobPlans.of(
        workflow, told, workflow.agents().size(), plan.runtimeDriver(), here.programs(), made);
  }

  /** The same of a plan that was just made; agents without a place wait here for one. */
  List<ToldPlace> told(Workflow workflow, PlacementPlan plan, int most) {
    Map<String, Place> waiting = new HashMap<>();
    plan.refusals().forEach(one -> waiting.put(one.agentId(), place(workflow, one)));
    Map<String, ToldPlace> placed = new LinkedHashMap<>();
    for (Placed one : plan.placements()) {
      String id = one.request().agentId();
      placed.put(id, new ToldPlace(one.request(), place(one, one.source())));
    }
    Stream<ToldPlace> told =
        waiting.isEmpty()
            ? placed.values().stream()
            : PlacementRequest.of(workflow).stream()
                .map(
                    one ->
                        waiting.containsKey(one.agentId())
                            ? new ToldPlace(one, waiting.get(one.agentId()))
                            : placed.get(one.agentId()));
    return told.limit(most).toList();
  }
}
