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
import io.mirrorneuron.runtime.placement.PlacementPlan;
import io.mirrorneuron.runtime.placement.PlacementPlan.Placed;
import io.mirrorneuron.runtime.workflow.Amounts;
import io.mirrorneuron.runtime.workflow.NodeDevice;
import io.mirrorneuron.runtime.workflow.Requirement;
import io.mirrorneuron.runtime.workflow.ResourceRequest;
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

/** Plans of placement as they are told. Pure. */
final class JobPlans {
  private JobPlans() {}

  /**
   * @param plan of all agents or of the first ones
   * @param all how many there are
   * @param most of them that are told
   * @param programs how they run
   */
  static JobPlan of(
      Workflow workflow, PlacementPlan plan, int all, int most, Programs programs, Instant now) {
    List<Placed> placements = plan.placements();
    String home = placements.isEmpty() ? "" : placements.getFirst().node();
    Map<String, String> required = new LinkedHashMap<>();
    for (Requirement one : RequirementReader.of(workflow)) {
      required.put(one.resource(), one.words());
    }
    List<String> drivers = programs.drivers().get();
    String driver = drivers.isEmpty() ? null : drivers.getFirst();
    List<AgentPlace> told =
        placements.stream()
            .limit(most)
            .map(one -> place(one, home, driver, limits(workflow, one, programs)))
            .toList();
    return new JobPlan(
        "planned",
        workflow.graphId(),
        word(workflow.jobType()),
        word(workflow.policies().scheduling().strategy()),
        "single_node",
        all,
        plan.nodes(),
        told,
        all - told.size(),
        required,
        Json.timestamp(now),
        workflow.warnings());
  }

  private static List<Limited> limits(Workflow workflow, Placed placed, Programs programs) {
    Agent agent =
        workflow
            .agents()
            .get(placed.source() == null ? placed.request().agentId() : placed.source());
    return agent == null || agent.type() != AgentType.EXECUTOR
        ? List.of()
        : LimitReader.of(agent.resources()).entrySet().stream()
            .map(
                one ->
                    new Limited(
                        one.getKey().word(),
                        one.getValue(),
                        programs.enforcement().apply(one.getKey()).word()))
            .toList();
  }

  private static AgentPlace place(Placed placed, String home, String driver, List<Limited> limits) {
    ResourceRequest request = placed.request().wish().request();
    boolean runs = placed.request().wish().pool() != null;
    List<Constrained> constraints =
        placed.request().wish().scheduling().constraints().stream()
            .map(one -> new Constrained(one.attribute(), one.operator().word(), one.values()))
            .toList();
    return new AgentPlace(
        placed.request().agentId(),
        placed.source(),
        placed.request().agentType(),
        placed.node(),
        placed.source() == null ? null : placed.node(),
        resources(request),
        allocations(placed, request, runs ? driver : null),
        limits,
        constraints,
        placed.score(),
        placed.node().equals(home) ? "job_colocated" : "agent_spillover",
        placed.reasons());
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

  private static Allocations allocations(Placed placed, ResourceRequest request, String driver) {
    return new Allocations(
        placed.devices().stream().map(JobPlans::device).toList(),
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

  private static JobPlan.Device device(NodeDevice device) {
    return new JobPlan.Device(
        device.device().id(),
        device.device().index(),
        device.device().kind(),
        device.device().vendor(),
        device.device().driver());
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
