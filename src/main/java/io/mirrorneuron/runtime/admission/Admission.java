package io.mirrorneuron.runtime.admission;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.JobPlan;
import io.mirrorneuron.port.Validation.Issue;
import io.mirrorneuron.port.Validation.Location;
import io.mirrorneuron.runtime.admission.JobPlans.AgentPlacement;
import io.mirrorneuron.runtime.admission.LocalMachine.Reachable;
import io.mirrorneuron.runtime.exec.pool.Ports;
import io.mirrorneuron.runtime.manifest.graph.ProgramPlace;
import io.mirrorneuron.runtime.manifest.graph.RequirementReader;
import io.mirrorneuron.runtime.placement.BestNode;
import io.mirrorneuron.runtime.placement.Machine;
import io.mirrorneuron.runtime.placement.Placement;
import io.mirrorneuron.runtime.placement.Placement.PlacementRequest;
import io.mirrorneuron.runtime.placement.Placement.PlacementRequest.Wish;
import io.mirrorneuron.runtime.placement.PlacementPlan;
import io.mirrorneuron.runtime.placement.PlacementPlan.Placed;
import io.mirrorneuron.runtime.placement.PlacementPlan.Unplaced;
import io.mirrorneuron.runtime.workflow.AgentSettings.ProgramLimit;
import io.mirrorneuron.runtime.workflow.AgentSettings.ProgramLimit.Enforcement;
import io.mirrorneuron.runtime.workflow.NodeAttributes.NodeDevice;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Port;
import io.mirrorneuron.runtime.workflow.StepGraph.Requirement;
import io.mirrorneuron.runtime.workflow.StoredPlan;
import io.mirrorneuron.runtime.workflow.StoredPlan.Place;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.wire.Json;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Refuses jobs that no machine of this runtime can ever run: a requirement is unmet, or an agent
 * asks for more than a node's total. Resources that are only in use, or kept back by limits, refuse
 * nothing. Blocking: a request for a device waits until the devices are known.
 */
public final class Admission {
  private static final String UNPLACED = "placement_failed";

  /** Limit of reported findings: a hostile manifest has thousands of programs. */
  private static final int MOST_TOLD = 100;

  /** Limit of placements in a plan, which must fit into one message. */
  private static final int MOST_PLACED = 1000;

  /** In one sentence. */
  private static final int MOST_NAMED = 5;

  private final LocalMachine here;
  private final ClusterMachines others;
  private final ProgramPath path;
  private final Clock clock;
  private final KeptPlans plans;
  private final NodeWarnings warnings;

  /**
   * @param path where this node looks for programs
   */
  public Admission(LocalMachine here, ProgramPath path, Clock clock) {
    this(here, ClusterMachines.NONE, path, clock);
  }

  /**
   * @param others nodes for agents that this node cannot run
   * @param path where this node looks for programs
   */
  public Admission(LocalMachine here, ClusterMachines others, ProgramPath path, Clock clock) {
    this.here = here;
    this.others = others;
    this.path = path;
    this.clock = clock;
    this.plans = new KeptPlans(here, others);
    this.warnings = new NodeWarnings(here, others, new ProgramWarnings(path));
  }

  /**
   * @throws MnException PRECONDITION {@code requirements_not_met} with a report, for the
   *     requirements of the job; INVALID {@code placement_failed} for the requests of its agents
   */
  public void check(Workflow workflow) {
    requireMet(RequirementReader.of(workflow));
    requirePossible(workflow, here.whole(workflow));
  }

  /**
   * @throws MnException PRECONDITION {@code requirements_not_met} with a report
   */
  public void requireMet(List<Requirement> required) {
    List<UnmetRequirement> unmet =
        required.stream()
            .filter(one -> !one.isWaived())
            .flatMap(one -> unmet(one).stream())
            .toList();
    if (!unmet.isEmpty()) {
      throw new MnException(
          ErrorCode.PRECONDITION,
          "requirements_not_met",
          UnmetRequirement.sentence(unmet),
          Json.MAPPER.valueToTree(UnmetRequirement.report(unmet)),
          null);
    }
  }

  /**
   * The placement of a job's agents, with the present allocations and limits.
   *
   * @throws MnException as {@link #check} does
   */
  public JobPlan plan(Workflow workflow) {
    requireMet(RequirementReader.of(workflow));
    Machine own = here.limited(workflow);
    requirePossible(workflow, own);
    PlacementPlan plan = others.plan(workflow, own);
    return JobPlans.of(
        workflow,
        plans.reported(workflow, plan, MOST_PLACED),
        plan.placements().size() + plan.refusals().size(),
        here.programs().driver(),
        here.programs(),
        clock.instant());
  }

  /** This node for any job, as far as it is known without waiting. */
  public Machine machine() {
    return here.forAny();
  }

  public KeptPlans plans() {
    return plans;
  }

  public NodeWarnings warnings() {
    return warnings;
  }

  /**
   * The placement of a job's first agents.
   *
   * @param kept plan in its state; null for a job of an earlier build, which is planned now
   */
  public JobPlan look(Workflow workflow, StoredPlan kept) {
    return plans.tell(workflow, kept == null ? plans.make(workflow, clock.millis()) : kept);
  }

  /** Names of the nodes that are to run copies of a system job; empty if only its own node can. */
  public List<String> copies(Workflow workflow) {
    if (!workflow.isSystem() || SpreadCheck.obstacle(workflow).isPresent()) {
      return List.of();
    }
    return others.plan(workflow, here.whole(workflow)).placements().stream()
        .map(Placed::node)
        .distinct()
        .toList();
  }

  /**
   * @throws MnException INVALID {@code placement_failed} when no node can ever run an agent;
   *     UNAVAILABLE when a possible node could not be asked
   */
  private void requirePossible(Workflow workflow, Machine own) {
    Shortage shortage = others.shortage(workflow, own, PlacementRequest.of(workflow));
    List<Unplaced> refusals = shortage.refusals();
    if (refusals.isEmpty()) {
      shortage.requireTaker();
      return;
    }
    List<String> named = refusals.stream().limit(MOST_NAMED).map(Unplaced::sentence).toList();
    int more = refusals.size() - named.size();
    String sentence =
        String.join(". And ", named) + (more > 0 ? ". And %d more agents".formatted(more) : "");
    shortage.requireAllAsked(sentence);
    throw new MnException(ErrorCode.INVALID, UNPLACED, sentence);
  }

  /**
   * Requests of agents without a place, each with its place in the manifest, except those about
   * pools, which {@link #look(List)} reports. Warnings only if an unreachable node may meet them.
   *
   * @param programs of the same manifest
   */
  public List<Issue> unplaced(Workflow workflow, List<ProgramPlace> programs) {
    List<PlacementRequest> agents =
        PlacementRequest.of(workflow).stream().map(Admission::withoutPool).toList();
    Map<String, ProgramPlace> places = new HashMap<>();
    programs.forEach(program -> places.put(program.agentId(), program));
    Shortage shortage = others.shortage(workflow, here.whole(workflow), agents);
    return shortage.refusals().stream()
        .flatMap(one -> issues(shortage, one, places.get(one.agentId())))
        .limit(MOST_TOLD)
        .toList();
  }

  /**
   * @param place null for an agent without a program
   */
  private Stream<Issue> issues(Shortage shortage, Unplaced unplaced, ProgramPlace place) {
    return unplaced.lacks().getOrDefault(here.name(), List.of()).stream()
        .map(
            missing -> {
              String words = "agent %s asks for %s".formatted(unplaced.agentId(), missing.words());
              Location at =
                  place == null ? null : place.asking(missing.members(), missing.mentions());
              return shortage.isUncertain()
                  ? Issue.warning(UNPLACED, words, shortage.where(), at)
                  : Issue.error(UNPLACED, words, missing.help(), at);
            });
  }

  private static PlacementRequest withoutPool(PlacementRequest asked) {
    Wish wish = asked.wish();
    return new PlacementRequest(
        asked.agentId(), asked.agentType(), new Wish(wish.request(), wish.scheduling(), null, 0));
  }

  private Optional<UnmetRequirement> unmet(Requirement requirement) {
    return UnmetRequirement.of(requirement, here);
  }

  /**
   * Unmet requests of programs to this node, each with its place in the manifest: slots, which
   * {@link #check} refuses; and program names that are not found, as warnings, because they may be
   * installed before the job starts.
   */
  public List<Issue> look(List<ProgramPlace> programs) {
    Stream<Issue> lacks =
        programs.stream()
            .flatMap(
                program ->
                    lack(program.agentId(), program.pool(), program.slots())
                        .map(lack -> Issue.error(UNPLACED, lack, "", program.location("pool")))
                        .stream());
    return Stream.concat(lacks.limit(MOST_TOLD), path.missing(programs).stream()).toList();
  }

  private Optional<String> lack(String agent, String pool, int slots) {
    Integer present = here.pools().get(pool);
    if (present == null) {
      return Optional.of(
          "agent %s asks for the pool %s; the pools of this node are %s (executor.pool_capacities)"
              .formatted(agent, pool, String.join(", ", new TreeSet<>(here.pools().keySet()))));
    }
    return slots <= present
        ? Optional.empty()
        : Optional.of(
            "agent %s asks for %d slots of the pool %s, which has %d here"
                .formatted(agent, slots, pool, present));
  }

  /** Plans the agents of a job on this node, and presents stored plans. */
  public static final class KeptPlans {
    private final LocalMachine here;
    private final ClusterMachines others;
    private final Placement placement = new BestNode();

    public KeptPlans(LocalMachine here) {
      this(here, ClusterMachines.NONE);
    }

    /**
     * @param others nodes for agents that this node cannot run
     */
    public KeptPlans(LocalMachine here, ClusterMachines others) {
      this.here = here;
      this.others = others;
    }

    /**
     * Plans with present knowledge, without waiting. All agents of an accepted job run here; the
     * plan notes what an agent lacks.
     *
     * @param workflow for a system job the copy for its target
     * @param now milliseconds since the epoch
     */
    public StoredPlan make(Workflow workflow, long now) {
      List<PlacementRequest> agents = PlacementRequest.of(workflow, StoredPlan.MOST_PLACES);
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
      return new StoredPlan(here.name(), now, here.programs().driver(), inOrder);
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
     * The complete plan.
     *
     * @param workflow as its author wrote it
     */
    public JobPlan tell(Workflow workflow, StoredPlan plan) {
      Map<String, PlacementRequest> asked = new HashMap<>();
      PlacementRequest.of(workflow, StoredPlan.MOST_PLACES)
          .forEach(one -> asked.put(one.agentId(), one));
      List<AgentPlacement> reported =
          plan.places().stream()
              .filter(place -> asked.containsKey(place.declared()))
              .map(place -> new AgentPlacement(asked.get(place.declared()), place))
              .toList();
      Instant made = Instant.ofEpochMilli(plan.madeAt());
      return JobPlans.of(
          workflow,
          reported,
          workflow.agents().size(),
          plan.runtimeDriver(),
          here.programs(),
          made);
    }

    /** The same for a new plan; agents without a place wait on this node. */
    List<AgentPlacement> reported(Workflow workflow, PlacementPlan plan, int most) {
      Map<String, Place> waiting = new HashMap<>();
      plan.refusals().forEach(one -> waiting.put(one.agentId(), place(workflow, one)));
      Map<String, AgentPlacement> placed = new LinkedHashMap<>();
      for (Placed one : plan.placements()) {
        String id = one.request().agentId();
        placed.put(id, new AgentPlacement(one.request(), place(one, one.source())));
      }
      Stream<AgentPlacement> reported =
          waiting.isEmpty()
              ? placed.values().stream()
              : PlacementRequest.of(workflow).stream()
                  .map(
                      one ->
                          waiting.containsKey(one.agentId())
                              ? new AgentPlacement(one, waiting.get(one.agentId()))
                              : placed.get(one.agentId()));
      return reported.limit(most).toList();
    }
  }

  /**
   * Ports of this machine that programs cannot have.
   *
   * @param isOwn whether this server listens on a port
   * @param isFree whether no process does
   */
  public record PortState(IntPredicate isOwn, Ports.Trial isFree) {
    static final PortState OPEN = new PortState(_ -> false, (_, _) -> true);

    /** Limit, as each port is tried: a hostile manifest has thousands. */
    private static final int MOST_TRIED = 200;

    Set<Integer> own(Workflow workflow) {
      return ports(workflow).map(Port::number).filter(isOwn::test).collect(Collectors.toSet());
    }

    Set<String> used(Workflow workflow) {
      return ports(workflow)
          .filter(port -> port.number() != 0)
          .limit(MOST_TRIED)
          .filter(port -> !isFree.test(port.number(), port.isUdp()))
          .map(port -> Machine.port(port.number(), port.isUdp()))
          .collect(Collectors.toSet());
    }

    private static Stream<Port> ports(Workflow workflow) {
      return workflow.agents().values().stream().flatMap(agent -> agent.request().ports().stream());
    }
  }

  /**
   * The restrictions on programs and on checks of their services.
   *
   * @param limits how each limit is enforced
   * @param most maximum of each limit on this node
   * @param reach paths of the machine that programs reach
   * @param strange the manifest's folder that its programs do not get
   * @param checks sentences about service checks that can never pass here
   */
  public record Restrictions(
      Function<ProgramLimit, Enforcement> limits,
      ToLongFunction<ProgramLimit> most,
      Reachable reach,
      Function<Workflow, Optional<String>> strange,
      Function<Workflow, List<String>> checks) {
    static final Restrictions NOTHING =
        new Restrictions(
            _ -> Enforcement.NONE,
            _ -> Long.MAX_VALUE,
            (_, _) -> true,
            _ -> Optional.empty(),
            _ -> List.of());
  }
}
