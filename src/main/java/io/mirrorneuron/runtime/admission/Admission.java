package io.mirrorneuron.runtime.admission;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Validation.Issue;
import io.mirrorneuron.runtime.cluster.GpuInventory;
import io.mirrorneuron.runtime.cluster.Hardware.Gpu;
import io.mirrorneuron.runtime.manifest.graph.ProgramPlace;
import io.mirrorneuron.runtime.manifest.graph.RequirementReader;
import io.mirrorneuron.runtime.workflow.DeviceDemand;
import io.mirrorneuron.runtime.workflow.Requirement;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.runtime.workflow.Workflow.AgentType;
import io.mirrorneuron.wire.Json;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Refuses jobs that demand a device which no machine of this runtime has. Blocking: who asks for a
 * device waits until it is known which there are.
 */
public final class Admission {
  private static final String ADVICE =
      "Run it where there is such a device, or ask for less in the manifest.";

  private static final String UNPLACED = "placement_failed";

  /** A hostile manifest has thousands of programs; nobody reads more than these. */
  private static final int MOST_TOLD = 100;

  private final String nodeName;
  private final GpuInventory gpus;
  private final Map<String, Integer> pools;
  private final ProgramPath path;

  /**
   * @param pools slots by pool of this node
   * @param path where this node looks for programs
   */
  public Admission(
      String nodeName, GpuInventory gpus, Map<String, Integer> pools, ProgramPath path) {
    this.nodeName = nodeName;
    this.gpus = gpus;
    this.pools = Map.copyOf(pools);
    this.path = path;
  }

  /**
   * @throws MnException PRECONDITION {@code requirements_not_met} with a report, for the
   *     requirements of the job; INVALID {@code placement_failed} for the devices or the slots of
   *     an agent
   */
  public void check(Workflow workflow) {
    workflow.agents().values().stream()
        .filter(agent -> agent.type() == AgentType.EXECUTOR)
        .flatMap(
            agent -> lack(agent.id(), agent.settings().pool(), agent.settings().slots()).stream())
        .forEach(
            lack -> {
              throw unplaced(lack);
            });
    checkDevices(workflow);
  }

  /** Only what {@link #look} does not tell. */
  public void checkDevices(Workflow workflow) {
    gpu(workflow, false).filter(demand -> !isMet(demand)).ifPresent(this::refuse);
    workflow
        .agents()
        .forEach(
            (id, agent) -> {
              for (DeviceDemand demand : agent.request().devices()) {
                if (!isMet(demand)) {
                  throw unplaced(id, demand);
                }
              }
            });
  }

  private static Optional<DeviceDemand> gpu(Workflow workflow, boolean waived) {
    return RequirementReader.of(workflow).stream()
        .filter(one -> one.device() != null && one.isWaived() == waived)
        .map(Requirement::device)
        .findFirst();
  }

  /**
   * What the job asks for, is not there, and its submitter wants to do without; a sentence each.
   */
  public List<String> waived(Workflow workflow) {
    return gpu(workflow, true)
        .filter(demand -> !isMet(demand))
        .map(
            demand ->
                "requirements.gpu is not met, as force skips it: no node has " + demand.words())
        .stream()
        .toList();
  }

  /**
   * What programs ask of this node and do not find, each with its place: slots, which {@link
   * #check} refuses; and programs that it would not find by their names, which is a warning, as
   * some may be installed before the job gets there.
   */
  public List<Issue> look(List<ProgramPlace> programs) {
    Stream<Issue> lacks =
        programs.stream()
            .flatMap(
                program ->
                    lack(program.agentId(), program.pool(), program.slots())
                        .map(lack -> Issue.error(UNPLACED, lack, "", program.location("pool")))
                        .stream());
    Stream<Issue> unknown =
        programs.stream().limit(MOST_TOLD).flatMap(program -> path.look(program).stream());
    return Stream.concat(lacks.limit(MOST_TOLD), unknown).toList();
  }

  private Optional<String> lack(String agent, String pool, int slots) {
    Integer present = pools.get(pool);
    if (present == null) {
      return Optional.of(
          "agent %s asks for the pool %s; the pools of this node are %s (executor.pool_capacities)"
              .formatted(agent, pool, String.join(", ", new TreeSet<>(pools.keySet()))));
    }
    return slots <= present
        ? Optional.empty()
        : Optional.of(
            "agent %s asks for %d slots of the pool %s, which has %d here"
                .formatted(agent, slots, pool, present));
  }

  private static MnException unplaced(String agent, DeviceDemand demand) {
    return unplaced(
        "agent %s asks for %s, and no node has it. %s".formatted(agent, demand.words(), ADVICE));
  }

  private static MnException unplaced(String message) {
    return new MnException(ErrorCode.INVALID, UNPLACED, message);
  }

  private void refuse(DeviceDemand demand) {
    String message = "no node has " + demand.words();
    throw new MnException(
        ErrorCode.PRECONDITION,
        "requirements_not_met",
        message + ". " + ADVICE,
        Json.MAPPER.valueToTree(
            UnmetRequirement.gpu(demand, message, ADVICE, nodeName, gpus.known())),
        null);
  }

  private boolean isMet(DeviceDemand demand) {
    return demand.resource().equals("gpu")
        && gpus.whenKnown().stream().filter(gpu -> fits(demand, gpu)).count() >= demand.minCount();
  }

  private static boolean fits(DeviceDemand demand, Gpu gpu) {
    List<String> able = demand.requiredCapabilities();
    List<String> ids = demand.ids();
    return is(demand.vendor(), gpu.software().vendor())
        && is(demand.driver(), gpu.software().driver())
        && (able.isEmpty() || able.stream().anyMatch(word -> isAble(gpu, word)))
        && (ids.isEmpty() || ids.contains(gpu.id()) || ids.contains(Integer.toString(gpu.index())))
        && speaks(demand, gpu)
        && hasMemory(demand, gpu);
  }

  private static boolean isAble(Gpu gpu, String capability) {
    return gpu.software().capabilities().contains(capability.toLowerCase(Locale.ROOT));
  }

  private static boolean speaks(DeviceDemand demand, Gpu gpu) {
    if (demand.minApiVersion() == null) {
      return true;
    }
    OptionalInt compared = gpu.software().apiComparedTo(demand.minApiVersion());
    return compared.isPresent()
        && switch (Objects.requireNonNullElse(demand.apiVersionOperator(), ">=")) {
          case ">" -> compared.getAsInt() > 0;
          case "==" -> compared.getAsInt() == 0;
          default -> compared.getAsInt() >= 0;
        };
  }

  private static boolean is(String wanted, String had) {
    return wanted == null || wanted.equalsIgnoreCase(had);
  }

  private static boolean hasMemory(DeviceDemand demand, Gpu gpu) {
    if (demand.minMemoryMb() == null) {
      return true;
    }
    long has = gpu.offeredMegabytes();
    return switch (demand.memoryOperator()) {
      case ">" -> has > demand.minMemoryMb();
      case "==" -> has == demand.minMemoryMb();
      default -> has >= demand.minMemoryMb();
    };
  }
}
