package io.mirrorneuron.runtime.documents;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.documents.Obstacles.AgentActivity;
import io.mirrorneuron.runtime.state.AgentState;
import io.mirrorneuron.runtime.state.AgentState.LastProgram;
import io.mirrorneuron.runtime.state.JobDefinition;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.runtime.state.LedgerSnapshot;
import io.mirrorneuron.runtime.state.StoredDefinition.DeployedBy;
import io.mirrorneuron.runtime.state.StoredFields;
import io.mirrorneuron.runtime.state.Targets.Target;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.runtime.workflow.Workflow.Agent;
import io.mirrorneuron.runtime.workflow.Workflow.Edge;
import io.mirrorneuron.store.JobStore.StoredJob;
import io.mirrorneuron.store.NodeRegistry;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LedgerForm;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/** JSON documents about a job for readers; shapes of {@code grpc.md} section 5. Pure. */
public final class JobDocuments {
  private static final int RECENT_EVENTS = 10;

  private final String nodeName;
  private final ObservedNodes observed;

  /**
   * @param living all living job owners known to this node; asks no other node
   */
  public JobDocuments(String nodeName, Supplier<Set<String>> living) {
    this.nodeName = nodeName;
    this.observed = new ObservedNodes(nodeName, living);
  }

  /**
   * {@code {job, summary, agents, recent_events, sandboxes}}.
   *
   * @param row the job's committed row
   * @param epoch of the present owner
   * @param recentEvents oldest first
   */
  ObjectNode details(JobState state, ObjectNode row, String owner, long epoch, List<String> recent)
      throws JsonProcessingException {
    ObjectNode details = Json.object();
    details.set("job", job(state, row, owner, epoch));
    ObjectNode summary = observed.tell(row.deepCopy());
    summary.remove(
        List.of("recovery_status", "recovery_requires_review", "recovery_reason", "event_seq"));
    summary.set("recovery", state.header().recovery());
    details.set("summary", summary);
    ArrayNode agents = details.putArray("agents");
    List<LastProgram> sandboxes = new ArrayList<>();
    for (Agent agent : state.workflow().agents().values()) {
      AgentState known = state.peek(agent.id());
      agents.add(agent(state, agent, row));
      if (known != null && known.lastProgram() != null) {
        sandboxes.add(known.lastProgram());
      }
    }
    ArrayNode names = summary.putArray("sandbox_names");
    sandboxes.stream()
        .map(LastProgram::sandboxName)
        .filter(name -> name != null && !name.isEmpty())
        .distinct()
        .forEach(names::add);
    details.set("recent_events", newestFirst(recent));
    details.set("sandboxes", Json.MAPPER.valueToTree(sandboxes));
    return details;
  }

  /**
   * {@code {job, agents}}: the row with the times and the ledger, and the activity of each agent.
   */
  ObjectNode brief(JobState state, ObjectNode row) {
    ObjectNode brief = Json.object();
    ObjectNode job = brief.set("job", observed.tell(row.deepCopy())).withObject("/job");
    job.put("started_at", time(state.header().startedAt()));
    job.put("ended_at", time(state.header().endedAt()));
    job.set("workflow_state", LedgerForm.write(LedgerSnapshot.of(state)));
    ArrayNode agents = brief.putArray("agents");
    for (Agent agent : state.workflow().agents().values()) {
      agents.add(agent(state, agent, row));
    }
    return brief;
  }

  /** The same document for a job whose manifest or state this build cannot read. */
  ObjectNode outline(StoredJob stored, ObjectNode row, List<String> recent)
      throws JsonProcessingException {
    ObjectNode details = Json.object();
    ObjectNode job = details.set("job", observed.tell(row.deepCopy())).withObject("/job");
    job.put("lease_epoch", stored.epoch()).put("lease_owner", stored.owner());
    job.putObject("workflow_state").put("schema_version", 1).put("enabled", false);
    try {
      job.set("result", StoredFields.header(stored).result());
    } catch (MnException e) { // the row is damaged
      job.putNull("result");
    }
    ObjectNode summary =
        details.set("summary", observed.tell(row.deepCopy())).withObject("/summary");
    ObjectNode recovery = summary.putObject("recovery");
    recovery.set("status", row.get("recovery_status"));
    recovery.set("reason", row.get("recovery_reason"));
    recovery.set("requires_review", row.get("recovery_requires_review"));
    recovery.put("can_resume", false);
    details.putArray("agents");
    details.set("recent_events", newestFirst(recent));
    details.putArray("sandboxes");
    return details;
  }

  private static ArrayNode newestFirst(List<String> recent) throws JsonProcessingException {
    ArrayNode events = Json.MAPPER.createArrayNode();
    for (String event : recent.reversed()) {
      if (events.size() < RECENT_EVENTS) {
        events.add(Json.parse(event));
      }
    }
    return events;
  }

  private ObjectNode job(JobState state, ObjectNode row, String owner, long epoch) {
    Workflow workflow = state.workflow();
    ObjectNode job = observed.tell(row.deepCopy());
    job.remove(List.of("live?", "event_seq", "last_event", "nodes", "sandbox_names"));
    job.put("type", workflow.type()).put("manifest_version", workflow.manifestVersion());
    job.put("started_at", time(state.header().startedAt()))
        .put("ended_at", time(state.header().endedAt()));
    job.set("root_agent_ids", Json.MAPPER.valueToTree(workflow.entrypoints()));
    job.set("recovery", state.header().recovery());
    if (state.header().origin().forkedFrom() != null) {
      job.set("forked_from", Json.MAPPER.valueToTree(state.header().origin().forkedFrom()));
    }
    if (!state.header().forks().isEmpty()) {
      job.set("forks", Json.MAPPER.valueToTree(state.header().forks()));
    }
    if (state.header().origin().provenance() != null) {
      job.set("restore_provenance", state.header().origin().provenance());
    }
    JobDeployment.put(job, state.definition());
    job.set("workflow_state", LedgerForm.write(LedgerSnapshot.of(state)));
    job.set("pending_workflow_completion", state.header().pendingCompletion());
    job.put("lease_epoch", epoch).put("lease_owner", owner);
    job.putObject("lease").put("owner_id", owner).put("epoch", epoch);
    job.set("result", state.header().result());
    job.put("next_round_at", time(state.header().nextRoundAt()));
    job.set("unrouted_types", Json.MAPPER.valueToTree(state.header().unrouted()));
    job.set("warnings", Json.MAPPER.valueToTree(workflow.warnings()));
    job.set("topology", WorkflowDocuments.topology(workflow));
    ObjectNode running = WorkflowDocuments.topology(workflow);
    running.set("entrypoints", Json.MAPPER.valueToTree(workflow.entrypoints()));
    job.set("runtime_topology", running);
    job.set("manifest", WorkflowDocuments.manifest(workflow));
    ObjectNode reference = job.putObject("manifest_ref");
    reference.put("graph_id", workflow.graphId());
    reference.put("manifest_version", workflow.manifestVersion());
    reference
        .put("bundle_fingerprint", state.header().origin().bundle())
        .put("bundle_storage", "local_cache");
    return job;
  }

  private ObjectNode agent(JobState state, Agent declared, ObjectNode row) {
    AgentState agent = state.view(declared.id());
    AgentActivity activity = AgentActivity.of(state, agent);
    ObjectNode json = Json.object();
    json.put("agent_id", declared.id()).put("agent_type", word(declared.type()));
    json.put("type", declared.template());
    if (declared.role() != null) {
      json.put("role", declared.role());
    }
    // The row is the owner's; this may be another node.
    boolean placed = row.get("nodes") instanceof ArrayNode nodes && !nodes.isEmpty();
    json.set("assigned_node", placed ? row.get("nodes").get(0) : json.textNode(nodeName));
    state
        .header()
        .origin()
        .targets()
        .of(declared.id())
        .map(Target::node)
        .ifPresent(node -> json.put("assigned_node", node));
    json.put("processed_messages", agent.processed());
    json.put("mailbox_depth", activity.depth());
    json.put("paused?", row.path("status").asText().startsWith("paus"));
    json.set("last_heartbeat_at", row.get("updated_at"));
    json.set("live?", row.get("live?"));
    json.put("status", activity.status()).put("running?", activity.isFlying());
    json.put("last_error", agent.lastError());
    json.set("backpressure", agent.mailbox().describePressure());
    json.put(
        "sandbox_name", agent.lastProgram() == null ? null : agent.lastProgram().sandboxName());
    json.set("lease", activity.lease() == null ? Json.object() : activity.lease());
    return json;
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private static String time(long millis) {
    return millis == 0 ? null : Json.timestamp(Instant.ofEpochMilli(millis));
  }

  /**
   * Replaces {@code reliability.observed_nodes} in the document of a job by the nodes known to live
   * when it is read: those on which the job may continue. Lists name the nodes of the job there, as
   * rows are written with each commit.
   *
   * @param self the name of this node
   * @param living all living owners; asks no other node
   */
  private record ObservedNodes(String self, Supplier<Set<String>> living) {

    /**
     * @param part of the document that contains the row's members
     * @return the same
     */
    ObjectNode tell(ObjectNode part) {
      if (part.get("reliability") instanceof ObjectNode reliability) {
        TreeSet<String> names = new TreeSet<>(Set.of(self));
        living.get().stream().map(NodeRegistry::nameOf).forEach(names::add);
        ArrayNode observed = reliability.putArray("observed_nodes");
        names.forEach(observed::add);
      }
      return part;
    }
  }

  /**
   * The deployment that made or last changed a job, as recorded; {@code grpc.md} 5.2.
   *
   * @param phase {@code changing} while changes of agents are pending, else {@code settled}
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record JobDeployment(
      String deploymentId,
      String deploymentKey,
      String deploymentVersion,
      String deploymentRole,
      Map<String, Object> deploymentPolicy,
      String phase) {

    /** Does nothing if no deployment has made or changed the job. */
    static void put(ObjectNode job, JobDefinition definition) {
      DeployedBy by = definition.by();
      if (by != null) {
        job.set(
            "deployment",
            Json.MAPPER.valueToTree(
                new JobDeployment(
                    by.deploymentId(),
                    by.key(),
                    by.version(),
                    by.role(),
                    by.policy() == null ? null : by.policy().reported(),
                    definition.pending() == null ? "settled" : "changing")));
      }
    }
  }

  /** The workflow in the details of a job. */
  private static final class WorkflowDocuments {
    /** Characters of a manifest that is shown whole. */
    private static final int MANIFEST_BUDGET = 256 * 1024;

    private WorkflowDocuments() {}

    /** The manifest as its author wrote it, or the essential members of a long one. */
    static ObjectNode manifest(Workflow workflow) {
      ObjectNode source = workflow.source();
      if (workflow.agents().size() < 500 && Json.write(source).length() < MANIFEST_BUDGET) {
        return source
            .deepCopy(); // a copy: the workflow may be shared, and readers cut the document down
      }
      ObjectNode slim = Json.object();
      for (String member :
          new String[] {
            "manifest_version",
            "graph_id",
            "job_name",
            "type",
            "metadata",
            "init_config_review", // they mark secrets in the metadata
            "policies"
          }) {
        if (source.has(member)) {
          slim.set(member, source.get(member));
        }
      }
      return slim;
    }

    static ObjectNode topology(Workflow workflow) {
      ObjectNode topology = Json.object();
      ArrayNode nodes = topology.putArray("nodes");
      for (Agent agent : workflow.agents().values()) {
        ObjectNode node = nodes.addObject();
        node.put("node_id", agent.id()).put("agent_type", word(agent.type()));
        node.put("type", agent.template()).put("role", agent.role());
      }
      ArrayNode edges = topology.putArray("edges");
      for (Edge edge : workflow.edges()) {
        ObjectNode json = edges.addObject();
        json.put("edge_id", edge.id()).put("from_node", edge.from()).put("to_node", edge.to());
        json.put("message_type", edge.messageType()).put("routing_mode", word(edge.routing()));
      }
      return topology;
    }

    private static String word(Enum<?> value) {
      return value.name().toLowerCase(Locale.ROOT);
    }
  }
}
