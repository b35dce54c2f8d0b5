package io.mirrorneuron.runtime.deployment;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.mirrorneuron.runtime.workflow.UpdatePolicy;
import io.mirrorneuron.runtime.workflow.UpdatePolicy.UpdateStrategy;
import java.util.List;
import java.util.Locale;

/**
 * The plan of a deployment; decided once, from the manifests of both versions.
 *
 * @param from the previous version; null for the first of a key
 * @param base fingerprint of the manifest that the job runs at the start; null without a job
 * @param to the new current version
 * @param sourceJob the running job, or null
 * @param targetJob the job that runs in the end: a new one, unless agents change within their job
 * @param batches agents that change together, in order; one empty batch where jobs change
 * @param why the mode was chosen, for people
 * @param warning what deviates from the policy, for people; null for none
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record DeploymentPlan(
    Mode mode,
    UpdatePolicy policy,
    String from,
    String base,
    String to,
    String sourceJob,
    String targetJob,
    List<List<String>> batches,
    String why,
    String warning) {

  public DeploymentPlan {
    batches = batches == null ? List.of() : batches.stream().map(List::copyOf).toList();
  }

  public enum Mode {
    /** Nothing runs under the key. */
    FIRST,
    /** The job runs to its end; another job is made in place of an update. */
    RERUN,
    /** No difference. */
    NOOP,
    AGENT_LEVEL,
    BLUE_GREEN;

    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Whether a person must promote it once the first change is healthy. */
  public boolean awaitsPromotion() {
    boolean isCareful = mode == Mode.AGENT_LEVEL || mode == Mode.BLUE_GREEN;
    return isCareful && policy.strategy() != UpdateStrategy.ROLLING && !policy.autoPromote();
  }

  /**
   * Adds the caller's reason to the description.
   *
   * @param reason in the caller's words, or null
   */
  public DeploymentPlan because(String reason) {
    return reason == null
        ? this
        : new DeploymentPlan(
            mode,
            policy,
            from,
            base,
            to,
            sourceJob,
            targetJob,
            batches,
            why + "; " + reason,
            warning);
  }

  /**
   * @param what warning for people, or null for none
   */
  DeploymentPlan warned(String what) {
    return new DeploymentPlan(
        mode, policy, from, base, to, sourceJob, targetJob, batches, why, what);
  }

  /** Agents of the batches before that one. */
  public List<String> before(int batch) {
    return batches.stream().limit(batch).flatMap(List::stream).toList();
  }

  public boolean isLast(int batch) {
    return batch + 1 >= batches.size();
  }
}
