package io.mirrorneuron.runtime.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.workflow.AgentSettings.AgentPolicies;
import io.mirrorneuron.runtime.workflow.StepGraph.Condition;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A validated manifest in the form that the engine works on, whichever form its author wrote.
 *
 * @param source the author's manifest, unchanged
 * @param runId taken from the manifest, or null when the runtime must make one
 * @param entrypoints agents that get the first messages, in manifest order
 * @param initialInputs bodies of the seed messages by entrypoint; an entrypoint without an entry
 *     gets one empty object
 * @param agents by id, in manifest order
 * @param steps the problem graph, or {@link StepGraph#NONE}
 * @param warnings sentences for the author; they refuse nothing
 */
public record Workflow(
    ObjectNode source,
    String graphId,
    String manifestVersion,
    String jobName,
    String type,
    JobType jobType,
    String runId,
    List<String> entrypoints,
    Map<String, List<JsonNode>> initialInputs,
    Map<String, Agent> agents,
    List<Edge> edges,
    StepGraph steps,
    RecoveryMode recoveryMode,
    AgentPolicies policies,
    List<String> warnings) {

  public Workflow {
    entrypoints = List.copyOf(entrypoints);
    agents = Collections.unmodifiableMap(new LinkedHashMap<>(agents));
    initialInputs = Collections.unmodifiableMap(new LinkedHashMap<>(initialInputs));
    edges = List.copyOf(edges);
    warnings = List.copyOf(warnings);
  }

  /** Whether each eligible node runs a copy of every agent. */
  public boolean isSystem() {
    return jobType == JobType.SYSTEM || jobType == JobType.SYSBATCH;
  }

  /** The copy for one node, with agents called {@code agent@node}. Returns a copy unchanged. */
  public Workflow onTarget(String node) {
    String suffix = "@" + node;
    if (agents.isEmpty() || agents.keySet().iterator().next().endsWith(suffix)) {
      return this;
    }
    List<Edge> placedEdges = edges.stream().map(edge -> edge.renamed(suffix)).toList();
    Map<String, Agent> placed = new LinkedHashMap<>();
    agents.forEach((id, agent) -> placed.put(id + suffix, agent.renamed(suffix)));
    Map<String, List<JsonNode>> inputs = new LinkedHashMap<>();
    initialInputs.forEach((id, bodies) -> inputs.put(id + suffix, bodies));
    return new Workflow(
        source,
        graphId,
        manifestVersion,
        jobName,
        type,
        jobType,
        runId,
        entrypoints.stream().map(id -> id + suffix).toList(),
        inputs,
        placed,
        placedEdges,
        steps.withAgents(id -> id + suffix),
        recoveryMode,
        policies,
        warnings);
  }

  /** Copies for these nodes, in one workflow. */
  public Workflow onTargets(List<String> nodes) {
    Workflow first = onTarget(nodes.getFirst());
    if (nodes.size() == 1) {
      return first;
    }
    List<Workflow> copies = nodes.stream().map(this::onTarget).toList();
    Map<String, Agent> all = new LinkedHashMap<>();
    Map<String, List<JsonNode>> inputs = new LinkedHashMap<>();
    copies.forEach(copy -> all.putAll(copy.agents));
    copies.forEach(copy -> inputs.putAll(copy.initialInputs));
    return new Workflow(
        source,
        graphId,
        manifestVersion,
        jobName,
        type,
        jobType,
        runId,
        copies.stream().flatMap(copy -> copy.entrypoints.stream()).toList(),
        inputs,
        all,
        copies.stream().flatMap(copy -> copy.edges.stream()).toList(),
        first.steps,
        recoveryMode,
        policies,
        warnings);
  }

  /** The same with more warnings. */
  public Workflow withWarnings(List<String> more) {
    return more.isEmpty()
        ? this
        : with(source, agents, policies, Stream.concat(warnings.stream(), more.stream()).toList());
  }

  /** The same with another source. */
  public Workflow writtenAs(ObjectNode manifest) {
    return with(manifest, agents, policies, warnings);
  }

  /** Whether its agents may move to other nodes, if there are any. */
  public boolean isMovable() {
    return !isSystem()
        && (recoveryMode == RecoveryMode.AUTO || recoveryMode == RecoveryMode.CLUSTER_RECOVER);
  }

  /** The same with the policies of a job that may move its agents. */
  public Workflow moving() {
    Map<String, Agent> moved = new LinkedHashMap<>();
    agents.forEach((id, agent) -> moved.put(id, agent.moving()));
    return with(source, moved, policies.moving(), warnings);
  }

  private Workflow with(
      ObjectNode manifest,
      Map<String, Agent> others,
      AgentPolicies forAll,
      List<String> sentences) {
    return new Workflow(
        manifest,
        graphId,
        manifestVersion,
        jobName,
        type,
        jobType,
        runId,
        entrypoints,
        initialInputs,
        others,
        edges,
        steps,
        recoveryMode,
        forAll,
        sentences);
  }

  public enum JobType {
    SERVICE,
    BATCH,
    SYSTEM,
    SYSBATCH
  }

  public enum RecoveryMode {
    AUTO,
    CLUSTER_RECOVER,
    LOCAL_RESTART,
    MANUAL_RECOVER
  }

  public enum AgentType {
    ROUTER,
    EXECUTOR,
    AGGREGATOR,
    SENSOR,
    HUMAN
  }

  public enum Routing {
    BROADCAST,
    FIRST_MATCH,
    ALL_MATCH
  }

  /**
   * @param template generic, stream, map, reduce or batch
   * @param role the author's label, or null
   * @param config the author's object, never null; defaults are not filled in. The old word {@code
   *     complete_job} is there as {@code complete_run} too.
   * @param settings the parsed config
   * @param unsafe whether a run that was cut short by a crash may not simply be repeated
   * @param resources as written, never null
   * @param request the parsed resources
   * @param policies its own, the workflow's, or the defaults
   */
  public record Agent(
      String id,
      AgentType type,
      String template,
      String role,
      ObjectNode config,
      AgentSettings settings,
      boolean unsafe,
      AgentPolicies policies,
      ObjectNode resources,
      ResourceRequest request,
      List<Edge> outgoing) {
    public Agent {
      outgoing = List.copyOf(outgoing);
    }

    private Agent renamed(String suffix) {
      List<Edge> edges = outgoing.stream().map(edge -> edge.renamed(suffix)).toList();
      return with(id + suffix, policies, edges);
    }

    private Agent moving() {
      return with(id, policies.moving(), outgoing);
    }

    private Agent with(String name, AgentPolicies other, List<Edge> edges) {
      return new Agent(
          name, type, template, role, config, settings, unsafe, other, resources, request, edges);
    }
  }

  /**
   * @param messageType the type it carries, or {@code *} for every type
   */
  public record Edge(
      String id, String from, String to, String messageType, Routing routing, Condition condition) {
    private Edge renamed(String suffix) {
      return new Edge(id, from + suffix, to + suffix, messageType, routing, condition);
    }

    public boolean carries(String type) {
      return messageType.equals("*") || messageType.equals(type);
    }
  }
}
