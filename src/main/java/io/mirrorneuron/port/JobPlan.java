package io.mirrorneuron.port;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Placement of a job's agents, actual or planned: the {@code scheduler} of {@code grpc.md} 5.2 in
 * full.
 *
 * @param status {@code planned}
 * @param mode {@code single_node}
 * @param placementCount number of placed agents, including the omitted ones
 * @param nodes names of the nodes that run any of them
 * @param placements in manifest order
 * @param placementsOmitted number of placements left out of the list
 * @param requirements of the job by resource, for people
 * @param warnings sentences for the author; they refuse nothing
 */
public record JobPlan(
    String status,
    String graphId,
    String jobType,
    String strategy,
    String mode,
    int placementCount,
    List<String> nodes,
    List<AgentPlace> placements,
    int placementsOmitted,
    Map<String, String> requirements,
    String generatedAt,
    List<String> warnings) {
  public JobPlan {
    nodes = nodes == null ? List.of() : List.copyOf(nodes);
    placements = placements == null ? List.of() : List.copyOf(placements);
    requirements = requirements == null ? Map.of() : requirements;
    warnings = warnings == null ? List.of() : List.copyOf(warnings);
  }

  /** Returns a copy with more warnings, before those of the plan. */
  public JobPlan warned(List<String> sentences) {
    return new JobPlan(
        status,
        graphId,
        jobType,
        strategy,
        mode,
        placementCount,
        nodes,
        placements,
        placementsOmitted,
        requirements,
        generatedAt,
        Stream.concat(sentences.stream(), warnings.stream()).toList());
  }

  /**
   * One agent and its node.
   *
   * @param sourceAgentId the agent of which this is a copy, where each node runs a copy; else null
   * @param systemTarget the node that the copy is for; else null
   * @param resources requested for its program
   * @param allocations expected share of the node's resources, if no other job takes them first
   * @param limits set by the author for the program, and how they are enforced; empty for none
   * @param score 0 to 1: how well the node fits the strategy
   * @param locality {@code job_colocated} on the node of the job's first agent, else {@code
   *     agent_spillover}
   * @param reasons for people; the first says whether there is capacity now
   */
  @JsonInclude(Include.NON_NULL)
  public record AgentPlace(
      String agentId,
      String sourceAgentId,
      String agentType,
      String node,
      String systemTarget,
      Resources resources,
      Allocations allocations,
      @JsonInclude(Include.NON_EMPTY) List<Limited> limits,
      List<Constrained> constraints,
      double score,
      String locality,
      List<String> reasons) {
    public AgentPlace {
      limits = limits == null ? List.of() : List.copyOf(limits);
    }
  }

  /** A null value is not requested. */
  @JsonInclude(Include.NON_NULL)
  public record Resources(BigDecimal cpuCores, Long memoryMb, Long diskMb, Integer gpuCount) {}

  /**
   * @param runtimeDriver what runs the program; null for agents without a program
   */
  public record Allocations(
      List<Device> devices, List<Port> ports, List<Volume> volumes, String runtimeDriver) {}

  /**
   * A member of {@code resources.limits}.
   *
   * @param enforced {@code cgroup}: by a control group; {@code process}: by per-process kernel
   *     limits or by polling; {@code none}: not on this node
   */
  public record Limited(String name, long value, String enforced) {}

  public record Device(String id, int index, String kind, String vendor, String driver) {}

  /**
   * @param port null for any port
   */
  public record Port(String label, Integer port, String protocol) {}

  /**
   * @param enforced whether access is restricted to it; otherwise programs only learn its path
   */
  public record Volume(String name, String source, String target, String mode, boolean enforced) {}

  /**
   * @param value one value, or the alternatives of which one must match; none where only presence
   *     is required
   */
  public record Constrained(String attribute, String operator, List<String> value) {}
}
