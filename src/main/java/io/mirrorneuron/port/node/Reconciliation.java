package io.mirrorneuron.port.node;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * What was done about the jobs of a node.
 *
 * @param status {@code reconciled} or {@code dry_run}
 * @param reason in the caller's words, or null
 * @param message for people, of a node that is taken for alive: when it was heard of last and from
 *     when on it is dead; null for one that is dead, and for the one that answers
 */
public record Reconciliation(
    String node,
    String status,
    String reason,
    boolean schedulingEligible,
    int checked,
    int recovered,
    int paused,
    int blocked,
    int skipped,
    int failed,
    List<ReconciledJob> jobs,
    @JsonInclude(JsonInclude.Include.NON_NULL) String message) {
  public Reconciliation {
    jobs = List.copyOf(jobs);
  }

  /**
   * @param action {@code recovered}, {@code skipped} or {@code failed}
   * @param reason for people
   * @param mode {@code job}, as whole jobs are recovered
   * @param failedNode the node that it was on, when that is dead; else null
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record ReconciledJob(
      String jobId, String action, String reason, String mode, String failedNode) {
    public static final String RECOVERED = "recovered";
    public static final String SKIPPED = "skipped";
    public static final String FAILED = "failed";
  }
}
