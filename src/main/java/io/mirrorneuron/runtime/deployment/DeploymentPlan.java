package io.mirrorneuron.runtime.deployment;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.mirrorneuron.runtime.workflow.UpdatePolicy;
import io.mirrorneuron.runtime.workflow.UpdatePolicy.UpdateStrategy;
import java.util.List;
import java.util.Locale;

/**
 * What a deployment is to do; decided once, from the manifests of both versions.
 *
 * @param from the version that it follows; null for the first of a key
 * @param base fingerprint of the manifest that the job runs at the beginning; null without one
 * @param to the version that it makes the current one
 * @param sourceJob that runs now, or null
 * @param targetJob that runs in the end: a new one, but where agents change within their job
 * @param batches agents that change together, in order; one empty batch where jobs change
 * @param why it goes this way, for people
 * @param warning of what does not go as the policy says, for people; null for none
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

  /** Which way it goes. */
  public enum Mode {
    /** Nothing runs yet under the key. */
    FIRST,
    /** It runs to its end, and is not updated: another job is made. */
    RERUN,
    /** Nothing differs. */
    NOOP,
    AGENT_LEVEL,
    BLUE_GREEN;

    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Whether somebody is asked once what was changed first is healthy. */
  public boolean awaitsPromotion() {
    boolean isCareful = mode == Mode.AGENT_LEVEL || mode == Mode.BLUE_GREEN;
    return isCareful && policy.strategy() != UpdateStrategy.ROLLING && !policy.autoPromote();
  }

  /**
   * The same, whose description says besides why somebody wants it.
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
   * The same with a warning.
   *
   * @param what people are to know, or null for nothing
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
