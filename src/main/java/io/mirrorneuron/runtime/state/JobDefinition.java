package io.mirrorneuron.runtime.state;

import io.mirrorneuron.runtime.state.StoredDefinition.DeployedBy;
import io.mirrorneuron.runtime.workflow.StoredPlan;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.runtime.workflow.Workflow.AgentType;
import io.mirrorneuron.wire.Json;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a job runs, where, and the pending redefinition of its agents. Runs on the job's event loop;
 * tracks what must be written. Of a job that was never deployed only the manifest and the plan are
 * stored.
 */
public final class JobDefinition {
  /** The field of the whole definition except the plan. */
  public static final String FIELD = "d";

  public static final String PLAN_FIELD = "p";

  private List<String> targets;
  private final boolean moves;

  /** Both are read from other threads, too. */
  private volatile Workflow written;

  private volatile Workflow workflow;

  private long number;
  private DeployedBy by;
  private Redefinition pending;
  private Set<String> held = Set.of();
  private boolean isChanged;
  private StoredPlan plan;
  private boolean isReplanned;

  /** Payload files of agents that differ from the job's. */
  private final Map<String, String> bundles = new TreeMap<>();

  /** To be written in place of the stored manifest, or null. */
  private String manifest;

  /**
   * @param workflow as its author wrote it
   * @param targets of a system job the nodes that run copies, else empty
   * @param moves whether agents may move between nodes
   */
  public JobDefinition(Workflow workflow, List<String> targets, boolean moves) {
    this.targets = List.copyOf(targets);
    this.moves = moves;
    this.written = workflow;
    this.workflow = placed(workflow);
  }

  /** The workflow as it runs on the nodes of the job. */
  public Workflow placed(Workflow plain) {
    return moves ? plain.moving() : targets.isEmpty() ? plain : plain.onTargets(targets);
  }

  // ---- reading

  /** What the job runs now; of a system job the copies for its targets. Thread-safe. */
  public Workflow workflow() {
    return workflow;
  }

  /** The same as its author wrote it. Thread-safe. */
  public Workflow written() {
    return written;
  }

  public int executorCount() {
    return (int)
        workflow.agents().values().stream()
            .filter(agent -> agent.type() == AgentType.EXECUTOR)
            .count();
  }

  /** Where its agents run; null for a job of an earlier build. */
  public StoredPlan plan() {
    return plan;
  }

  /** Number of the latest definition; 0 for the first. */
  public long number() {
    return pending == null ? number : pending.number();
  }

  /** The deployment that defined the agents, or null. */
  public DeployedBy by() {
    return by;
  }

  /** The redefinition that has not taken effect yet, or null. */
  public Redefinition pending() {
    return pending;
  }

  /** The workflow after the pending redefinition. */
  public Workflow next() {
    return placed(pending.workflow());
  }

  /**
   * Full ids of the agents that must begin nothing until the pending redefinition has taken effect.
   */
  public Set<String> held() {
    return held;
  }

  /**
   * Payload files of an agent.
   *
   * @param ofJob those of the job
   * @return a fingerprint, or null when it has none
   */
  public String bundle(String agentId, String ofJob) {
    String own = bundles.get(agentId);
    return own == null ? ofJob : own.isEmpty() ? null : own;
  }

  // ---- transitions

  public void plan(StoredPlan next) {
    plan = next;
    isReplanned = true;
  }

  /** For a job that a deployment makes. */
  public void deployed(DeployedBy deployment) {
    by = deployment;
    isChanged = true;
  }

  /** Sets the role in the deployment, if there is one. */
  public void play(String role) {
    if (by != null && !by.playing(role).equals(by)) {
      deployed(by.playing(role));
    }
  }

  /** Sets all nodes that run copies. */
  public void spread(List<String> nodes) {
    targets = List.copyOf(nodes);
    workflow = placed(written);
    pend(pending);
  }

  public void order(Redefinition next) {
    pend(next);
    isChanged = true;
  }

  private void pend(Redefinition next) {
    pending = next;
    held =
        next == null
            ? Set.of()
            : next.agents().stream().flatMap(this::placed).collect(Collectors.toSet());
  }

  private Stream<String> placed(String agentId) {
    return targets.isEmpty()
        ? Stream.of(agentId)
        : targets.stream().map(node -> agentId + "@" + node);
  }

  /**
   * The pending redefinition takes effect.
   *
   * @param ofJob payload files of the job until now
   * @param programs the agents that use payload files
   * @return the payload files of the job from now on
   */
  public String take(String ofJob, Set<String> programs) {
    workflow = next();
    written = pending.workflow();
    number = pending.number();
    by = pending.by();
    manifest = pending.manifest();
    String files = pending.bundle() == null ? "" : pending.bundle();
    held.stream().filter(programs::contains).forEach(agent -> bundles.put(agent, files));
    pend(null);
    isChanged = true;
    boolean isWhole = programs.stream().allMatch(agent -> files.equals(bundles.get(agent)));
    String all = isWhole && !programs.isEmpty() ? files : ofJob == null ? "" : ofJob;
    bundles.values().removeIf(all::equals);
    return all.isEmpty() ? null : all;
  }

  /** The job has ended: the pending redefinition will not take effect. */
  public void end() {
    isChanged |= pending != null;
    pend(null);
  }

  // ---- storing

  public boolean isChanged() {
    return isChanged || isReplanned;
  }

  /** The manifest that is to be written with the fields, once; null when it stays. */
  public String takeManifest() {
    String text = manifest;
    manifest = null;
    return text;
  }

  /** The fields to write; it counts as unchanged from then on. */
  public Map<String, String> takeChanged() {
    Map<String, String> fields = new HashMap<>();
    if (isChanged) {
      fields.put(FIELD, Json.write(StoredDefinition.of(number, by, bundles, pending)));
    }
    if (isReplanned) {
      fields.put(PLAN_FIELD, Json.write(plan));
    }
    isChanged = false;
    isReplanned = false;
    return fields;
  }

  /**
   * @param fields as stored
   * @param manifests parses a manifest
   */
  public void read(Map<String, String> fields, Function<String, Workflow> manifests) {
    String text = fields.get(FIELD);
    String placed = fields.get(PLAN_FIELD);
    plan = placed == null ? null : Json.read(placed, StoredPlan.class, "its plan");
    if (text == null) {
      return;
    }
    StoredDefinition stored = StoredDefinition.read(text);
    number = stored.number();
    by = stored.by();
    bundles.putAll(stored.bundles());
    pend(stored.pending() == null ? null : stored.pending().understood(manifests));
  }
}
