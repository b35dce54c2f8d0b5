package io.mirrorneuron.port;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Where the agents of a job run, or would: the {@code scheduler} of {@code grpc.md} 5.2 in full.
 *
 * @param status {@code planned}
 * @param mode over how many nodes was planned: {@code single_node}
 * @param placementCount how many agents have a place, told here or not
 * @param nodes names of those that run any of them
 * @param placements in manifest order
 * @param placementsOmitted how many more there are, which are not told
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

  /** The same with further sentences, before those of the plan. */
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
   * @param sourceAgentId the agent that this is a copy of, where each node runs one; else null
   * @param systemTarget the node that the copy is for; else null
   * @param resources what its program is given while it runs
   * @param allocations what of the node that is, if nobody else came
   * @param limits that its author gives its program, and how it is kept to them; left out where
   *     there are none
   * @param score 0 to 1: how well the node fits the strategy
   * @param locality {@code job_colocated} on the node of the job's first agent, else {@code
   *     agent_spillover}
   * @param reasons for people; the first tells whether there is room now
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

  /** What is not asked for is null. */
  @JsonInclude(Include.NON_NULL)
  public record Resources(BigDecimal cpuCores, Long memoryMb, Long diskMb, Integer gpuCount) {}

  /**
   * @param runtimeDriver what runs the program; null of agents that run none
   */
  public record Allocations(
      List<Device> devices, List<Port> ports, List<Volume> volumes, String runtimeDriver) {}

  /**
   * A member of {@code resources.limits}.
   *
   * @param enforced {@code cgroup}: by a group of the kernel; {@code process}: by what the kernel
   *     keeps each process to, or by looking at them; {@code none}: not on this node
   */
  public record Limited(String name, long value, String enforced) {}

  public record Device(String id, int index, String kind, String vendor, String driver) {}

  /**
   * @param port null when any will do
   */
  public record Port(String label, Integer port, String protocol) {}

  /**
   * @param enforced whether programs are kept to it; they are only told of it
   */
  public record Volume(String name, String source, String target, String mode, boolean enforced) {}

  /**
   * @param value one, or the list of those of which one must hold; none where only the presence is
   *     asked
   */
  public record Constrained(String attribute, String operator, List<String> value) {}
}
