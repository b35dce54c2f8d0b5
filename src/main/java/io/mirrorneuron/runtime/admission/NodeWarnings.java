package io.mirrorneuron.runtime.admission;

import io.mirrorneuron.port.Validation.Issue;
import io.mirrorneuron.port.Validation.Location;
import io.mirrorneuron.runtime.manifest.graph.LimitReader;
import io.mirrorneuron.runtime.manifest.graph.ProgramPlace;
import io.mirrorneuron.runtime.manifest.graph.RequirementReader;
import io.mirrorneuron.runtime.port.FolderDemands;
import io.mirrorneuron.runtime.workflow.AgentSettings.ProgramLimit;
import io.mirrorneuron.runtime.workflow.AgentSettings.ProgramLimit.Enforcement;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Volume;
import io.mirrorneuron.runtime.workflow.StepGraph.Requirement;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.runtime.workflow.Workflow.Agent;
import io.mirrorneuron.runtime.workflow.Workflow.AgentType;
import io.mirrorneuron.wire.LenientJson;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Warnings about accepted jobs: optional requirements that are unmet, limits that are not enforced
 * or lower here, folders that programs do not reach or get, checks that can never pass here, and a
 * preferred node that is not this one.
 */
public final class NodeWarnings {
  /** Limit of warnings: a hostile manifest has thousands of agents. */
  private static final int MOST_TOLD = 100;

  private final LocalMachine here;
  private final ClusterMachines others;
  private final ProgramWarnings programs;

  NodeWarnings(LocalMachine here, ClusterMachines others, ProgramWarnings programs) {
    this.here = here;
    this.others = others;
    this.programs = programs;
  }

  /**
   * @param agentId null for the whole job
   * @param code machine-readable
   * @param words a sentence that names the agent
   * @param help what to do; may be empty
   * @param member where it may stand in the manifest
   * @param mentions a text found there
   */
  private record Finding(
      String agentId, String code, String words, String help, String member, String mentions) {
    String sentence() {
      return help.isEmpty() ? words : words + ". " + help;
    }

    /**
     * @param programs by agent
     */
    Issue issue(Map<String, ProgramPlace> programs) {
      ProgramPlace place = agentId == null ? null : programs.get(agentId);
      Location location = place == null ? null : place.asking(List.of(member), mentions);
      return Issue.warning(code, words, help, location);
    }
  }

  private record Asked(FolderDemands confinement) {}

  /**
   * A sentence for each warning, and for each missing script and program.
   *
   * @param payloadPaths the files below {@code payloads/}, with forward slashes
   */
  public List<String> sentences(Workflow workflow, Set<String> payloadPaths) {
    return Stream.concat(
            of(workflow).map(Finding::sentence),
            programs.sentences(workflow, payloadPaths).stream())
        .toList();
  }

  /**
   * Each warning with its place in the manifest.
   *
   * @param programs of the same manifest
   */
  public List<Issue> issues(Workflow workflow, List<ProgramPlace> programs) {
    Map<String, ProgramPlace> places = new HashMap<>();
    programs.forEach(program -> places.put(program.agentId(), program));
    return of(workflow).map(one -> one.issue(places)).toList();
  }

  private Stream<Finding> of(Workflow workflow) {
    FolderDemands written = LenientJson.read(workflow.source(), Asked.class).confinement();
    FolderDemands demands = Objects.requireNonNullElse(written, FolderDemands.NONE);
    Stream<Finding> ofAgents =
        workflow.agents().entrySet().stream()
            .filter(agent -> agent.getValue().type() == AgentType.EXECUTOR)
            .flatMap(agent -> of(agent.getKey(), agent.getValue(), demands));
    return Stream.of(
            waived(workflow),
            strange(workflow),
            checks(workflow),
            once(workflow),
            preferred(workflow),
            ofAgents)
        .flatMap(each -> each)
        .limit(MOST_TOLD);
  }

  private Stream<Finding> waived(Workflow workflow) {
    return RequirementReader.of(workflow).stream()
        .filter(Requirement::isWaived)
        .flatMap(one -> UnmetRequirement.of(one, here).stream())
        .map(
            one ->
                "requirements.%s is not met, as force skips it: %s"
                    .formatted(one.requirement().resource(), one.message()))
        .map(words -> new Finding(null, "requirements.waived", words, "", "", ""));
  }

  private Stream<Finding> strange(Workflow workflow) {
    return here.programs().keeping().strange().apply(workflow).stream()
        .map(
            folder ->
                new Finding(
                    null,
                    "metadata.mn_storage",
                    "metadata.mn_storage names %s, which is no folder of this job in the shared storage of this server: its programs get another one, and variables that name it name that one"
                        .formatted(folder),
                    "Prepare the submission where shared_storage_root is, or leave metadata.mn_storage out; see docs/runs.md.",
                    "",
                    ""));
  }

  private Stream<Finding> checks(Workflow workflow) {
    return here.programs().keeping().checks().apply(workflow).stream()
        .map(words -> new Finding(null, "services.check_hopeless", words, "", "", ""));
  }

  /** A system job whose demands allow only a single copy. */
  private static Stream<Finding> once(Workflow workflow) {
    return workflow.isSystem()
        ? SpreadCheck.obstacle(workflow)
            .map(why -> "only the server that has the job runs a copy of it: " + why)
            .map(words -> new Finding(null, "policies.job_type", words, "", "", ""))
            .stream()
        : Stream.empty();
  }

  private Stream<Finding> of(String id, Agent agent, FolderDemands demands) {
    Stream<Finding> limits =
        LimitReader.of(agent.resources()).entrySet().stream()
            .flatMap(one -> Stream.concat(unkept(id, one), lowered(id, one)));
    Stream<Finding> volumes =
        agent.request().volumes().stream()
            .filter(volume -> LocalMachine.isFolder(volume.source())) // others are refused
            .flatMap(volume -> unreached(id, volume, demands).stream());
    return Stream.concat(limits, volumes);
  }

  private Stream<Finding> unkept(String agent, Map.Entry<ProgramLimit, Long> limit) {
    return here.programs().keeping().limits().apply(limit.getKey()) != Enforcement.NONE
        ? Stream.empty()
        : Stream.of(
            new Finding(
                agent,
                "resources.limit_not_kept",
                "agent %s is not kept to resources.limits.%s %d on this node, which has no control groups for it"
                    .formatted(agent, limit.getKey().word(), limit.getValue()),
                "Run it on a node that has them, or go without; see docs/resources.md.",
                "resources.limits." + limit.getKey().word(),
                limit.getValue().toString()));
  }

  private Stream<Finding> lowered(String agent, Map.Entry<ProgramLimit, Long> limit) {
    long most = here.programs().keeping().most().applyAsLong(limit.getKey());
    return limit.getValue() <= most
        ? Stream.empty()
        : Stream.of(
            new Finding(
                agent,
                "resources.limit_lowered",
                "agent %s has resources.limits.%s %d, and this server itself may have %d: its program is kept to %4$d"
                    .formatted(agent, limit.getKey().word(), limit.getValue(), most),
                "Have the operator raise the hard limit of the server (ulimit -H), or ask for less; see docs/resources.md.",
                "resources.limits." + limit.getKey().word(),
                limit.getValue().toString()));
  }

  private Optional<Finding> unreached(String agent, Volume volume, FolderDemands demands) {
    boolean writes = volume.mode().equals("rw");
    Path folder = Path.of(volume.source());
    Stream<String> asked =
        writes
            ? demands.write().stream()
            : Stream.concat(demands.read().stream(), demands.write().stream());
    if (asked.anyMatch(folder::startsWith)
        || here.programs().keeping().reach().test(folder, writes)) {
      return Optional.empty();
    }
    return Optional.of(
        new Finding(
            agent,
            "resources.volume_out_of_reach",
            "agent %s may not %s the folder %s of its volume %s: programs are confined on this node"
                .formatted(agent, writes ? "write to" : "read", folder, volume.name()),
            ("Ask for it in confinement.%s of the manifest, or have the operator add it to"
                    + " executor.shared_folders.")
                .formatted(writes ? "write" : "read"),
            "resources.volumes",
            volume.source()));
  }

  /** Once for each name: tools write it to all agents. */
  private Stream<Finding> preferred(Workflow workflow) {
    return workflow.agents().entrySet().stream()
        .filter(agent -> isElsewhere(agent.getValue().policies().scheduling().preferredNode()))
        .map(agent -> elsewhere(agent.getKey(), agent.getValue()))
        .collect(
            Collectors.toMap(
                Finding::mentions, one -> one, (first, _) -> first, LinkedHashMap::new))
        .values()
        .stream();
  }

  private boolean isElsewhere(String preferred) {
    return preferred != null
        && !preferred.equals(here.name())
        && others.asked().get().stream().noneMatch(one -> one.name().equals(preferred));
  }

  private Finding elsewhere(String id, Agent agent) {
    String preferred = agent.policies().scheduling().preferredNode();
    return new Finding(
        id,
        "policies.preferred_node",
        "agent %s prefers the node %s, and will not get there: this node is %s, and jobs run on the node that takes them"
            .formatted(id, preferred, here.name()),
        "Submit it there, or take preferred_node out.",
        "policies.scheduler.preferred_node",
        preferred);
  }
}
