package io.mirrorneuron.runtime.admission;

import io.mirrorneuron.port.JobPlan;
import io.mirrorneuron.port.JobPlan.AgentPlace;
import io.mirrorneuron.port.JobPlan.Allocations;
import io.mirrorneuron.port.JobPlan.Constrained;
import io.mirrorneuron.port.JobPlan.Limited;
import io.mirrorneuron.port.JobPlan.Resources;
import io.mirrorneuron.runtime.admission.LocalMachine.Programs;
import io.mirrorneuron.runtime.manifest.graph.LimitReader;
import io.mirrorneuron.runtime.manifest.graph.RequirementReader;
import io.mirrorneuron.runtime.placement.Placement.PlacementRequest;
import io.mirrorneuron.runtime.placement.Placement.PlacementRequest.Wish;
import io.mirrorneuron.runtime.workflow.ResourceRequest;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Allocation;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Amounts;
import io.mirrorneuron.runtime.workflow.StepGraph.Requirement;
import io.mirrorneuron.runtime.workflow.StoredPlan.Place;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.runtime.workflow.Workflow.Agent;
import io.mirrorneuron.runtime.workflow.Workflow.AgentType;
import io.mirrorneuron.wire.Json;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Placement plans as shown to clients. Pure. */
final class JobPlans {
  private JobPlans() {}

  record AgentPlacement(PlacementRequest request, Place place) {}

  /**
   * @param reported places of all agents or of the first ones
   * @param all number of agents
   * @param driver default for programs that name none; null when nothing runs programs
   * @param programs how they run
   */
  static JobPlan of(
      Workflow workflow,
      List<AgentPlacement> reported,
      int all,
      String driver,
      Programs programs,
      Instant now) {
    String home = reported.isEmpty() ? "" : reported.getFirst().place().node();
    Map<String, String> required = new LinkedHashMap<>();
    for (Requirement one : RequirementReader.of(workflow)) {
      required.put(one.resource(), one.words());
    }
    return new JobPlan(
        "planned",
        workflow.graphId(),
        word(workflow.jobType()),
        word(workflow.policies().scheduling().strategy()),
        "single_node",
        all,
        reported.stream().map(one -> one.place().node()).distinct().toList(),
        reported.stream()
            .map(one -> place(one, home, driver, limits(workflow, one.place(), programs)))
            .toList(),
        all - reported.size(),
        required,
        Json.timestamp(now),
        workflow.warnings());
  }

  private static List<Limited> limits(Workflow workflow, Place place, Programs programs) {
    Agent agent = workflow.agents().get(place.declared());
    return agent == null || agent.type() != AgentType.EXECUTOR
        ? List.of()
        : LimitReader.of(agent.resources()).entrySet().stream()
            .map(
                one ->
                    new Limited(
                        one.getKey().word(),
                        one.getValue(),
                        programs.keeping().limits().apply(one.getKey()).word()))
            .toList();
  }

  private static AgentPlace place(
      AgentPlacement reported, String home, String driver, List<Limited> limits) {
    Wish wish = reported.request().wish();
    Place place = reported.place();
    List<Constrained> constraints =
        wish.scheduling().constraints().stream()
            .map(one -> new Constrained(one.attribute(), one.operator().word(), one.values()))
            .toList();
    return new AgentPlace(
        place.agentId(),
        place.source(),
        reported.request().agentType(),
        place.node(),
        place.source() == null ? null : place.agentId().substring(place.source().length() + 1),
        resources(wish.request()),
        allocations(place, wish.request(), wish.pool() == null ? null : driver),
        limits,
        constraints,
        place.score(),
        place.node().equals(home) ? "job_colocated" : "agent_spillover",
        place.reasons());
  }

  private static Resources resources(ResourceRequest request) {
    Amounts amounts = request.amounts();
    long gpus =
        request.devices().stream()
            .filter(one -> one.resource().equals("gpu"))
            .mapToLong(one -> one.minCount())
            .sum();
    boolean isCpu = amounts.cpuMillis() > 0;
    return new Resources(
        isCpu ? new BigDecimal(Amounts.cores(amounts.cpuMillis())) : null,
        amounts.memoryMb() > 0 ? Long.valueOf(amounts.memoryMb()) : null,
        amounts.diskMb() > 0 ? Long.valueOf(amounts.diskMb()) : null,
        gpus > 0 ? Integer.valueOf((int) gpus) : null);
  }

  private static Allocations allocations(Place place, ResourceRequest request, String driver) {
    return new Allocations(
        place.devices().stream().map(JobPlans::device).toList(),
        request.ports().stream()
            .map(
                one ->
                    new JobPlan.Port(
                        one.label(),
                        one.number() == 0 ? null : Integer.valueOf(one.number()),
                        one.protocol()))
            .toList(),
        request.volumes().stream()
            .map(
                one ->
                    new JobPlan.Volume(one.name(), one.source(), one.target(), one.mode(), false))
            .toList(),
        request.runtimeDriver() == null ? driver : request.runtimeDriver());
  }

  private static JobPlan.Device device(Allocation.Device device) {
    return new JobPlan.Device(
        device.id(), device.index(), device.kind(), device.vendor(), device.driver());
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
