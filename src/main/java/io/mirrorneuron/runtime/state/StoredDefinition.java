package io.mirrorneuron.runtime.state;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import io.mirrorneuron.runtime.workflow.UpdatePolicy;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.wire.Json;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * A {@link JobDefinition} as stored, except the manifest and the plan.
 *
 * @param by null before the first deployment has changed something
 * @param bundles payload files by agent, where they are not the job's; empty for none
 * @param pending or null
 */
public record StoredDefinition(
    long number,
    @JsonInclude(Include.NON_NULL) DeployedBy by,
    @JsonInclude(Include.NON_EMPTY) Map<String, String> bundles,
    @JsonInclude(Include.NON_NULL) Order pending) {
  public StoredDefinition {
    bundles = bundles == null ? Map.of() : Map.copyOf(bundles);
  }

  /**
   * A redefinition that is to take effect.
   *
   * @param stop null in records of an earlier build
   */
  public record Order(
      long number,
      String manifest,
      String bundle,
      List<String> agents,
      DeployedBy by,
      @JsonInclude(Include.NON_NULL) ProgramStop stop) {

    /** The same with its manifest parsed. */
    public Redefinition understood(Function<String, Workflow> manifests) {
      return new Redefinition(
          number, manifest, manifests.apply(manifest), bundle, agents, by, stop);
    }
  }

  static StoredDefinition of(
      long number, DeployedBy by, Map<String, String> bundles, Redefinition next) {
    return new StoredDefinition(number, by, bundles, next == null ? null : next.order());
  }

  /**
   * @param text of the field; null for a job that no deployment has changed
   */
  public static StoredDefinition read(String text) {
    return text == null
        ? new StoredDefinition(0, null, Map.of(), null)
        : Json.read(text, StoredDefinition.class, "definition");
  }

  /** Fingerprints of payload files that are not the job's. */
  public Set<String> files() {
    Set<String> all = new HashSet<>(bundles.values());
    if (pending != null && pending.bundle() != null) {
      all.add(pending.bundle());
    }
    all.remove("");
    return all;
  }

  /**
   * The deployment that defined agents of this job.
   *
   * @param role {@code primary}, {@code canary}, {@code candidate} or {@code retired}
   * @param policy null where an earlier build has not kept it
   */
  public record DeployedBy(
      String deploymentId,
      String key,
      String version,
      String role,
      @JsonInclude(JsonInclude.Include.NON_NULL) UpdatePolicy policy) {
    public static final String PRIMARY = "primary";
    public static final String CANARY = "canary";
    public static final String CANDIDATE = "candidate";
    public static final String RETIRED = "retired";

    private static final Set<String> BEFORE_PRIMARY = Set.of(CANARY, CANDIDATE);

    /**
     * The same in a later role. An order for an earlier role, which may arrive late, changes
     * nothing.
     */
    DeployedBy playing(String next) {
      boolean goesOn =
          next.equals(RETIRED) || next.equals(PRIMARY) && BEFORE_PRIMARY.contains(role);
      return goesOn ? new DeployedBy(deploymentId, key, version, next, policy) : this;
    }
  }
}
