package io.mirrorneuron.runtime.workflow;

import io.mirrorneuron.runtime.workflow.Workflow.RecoveryMode;
import java.util.List;
import java.util.Locale;

/**
 * How often a failed agent is restarted within a sliding window, and after which delay. Also used
 * for moves to another node.
 *
 * @param attempts within the window; 0 switches it off
 * @param unlimited whether {@code attempts} does not bind
 * @param intervalMs length of the window
 * @param delayMs before the first restart
 * @param maxDelayMs ceiling of the delay, never below {@code delayMs}
 * @param whenExhausted what happens when the window is full
 */
public record RestartPolicy(
    int attempts,
    boolean unlimited,
    long intervalMs,
    long delayMs,
    DelayFunction function,
    long maxDelayMs,
    WhenExhausted whenExhausted) {

  public enum DelayFunction {
    CONSTANT,
    EXPONENTIAL,
    FIBONACCI
  }

  public enum WhenExhausted {
    /** Give up. */
    FAIL,
    /** Wait until the oldest restart has left the window. */
    DELAY
  }

  /**
   * @param n number of the restart within the window, from 1
   */
  public long delay(int n) {
    double factor =
        switch (function) {
          case CONSTANT -> 1;
          case EXPONENTIAL -> Math.pow(2, n - 1);
          case FIBONACCI -> fibonacci(n);
        };
    return (long) Math.min(maxDelayMs, delayMs * factor);
  }

  private static double fibonacci(int n) {
    double previous = 0;
    double current = 1;
    for (int i = 1; i < n && current < Long.MAX_VALUE; i++) {
      double next = previous + current;
      previous = current;
      current = next;
    }
    return current;
  }

  /**
   * The policies for a failed agent.
   *
   * @param restart on its node
   * @param reschedule on another node, when restarts are used up
   */
  public record Restarting(RestartPolicy restart, RestartPolicy reschedule) {}

  /**
   * How a job recovers from failures of nodes: as requested and as in effect.
   *
   * @param requestedRecoveryPolicy {@code recovery_mode} of the manifest
   * @param effectiveRecoveryPolicy {@code cluster_recover} where its agents may move to other nodes
   * @param mode {@code cluster} or {@code single_node}
   * @param degraded whether it is less than requested
   * @param reason why it is degraded, or null
   * @param observedNodes names of the nodes that were known to be alive
   */
  public record RecoveryStrategy(
      String requestedRecoveryPolicy,
      String effectiveRecoveryPolicy,
      String mode,
      boolean degraded,
      String reason,
      List<String> observedNodes) {
    public RecoveryStrategy {
      observedNodes = List.copyOf(observedNodes);
    }

    /**
     * @param moves whether agents may move, as there were other nodes when the job was made
     */
    public static RecoveryStrategy of(
        Workflow workflow, boolean moves, List<String> observedNodes) {
      RecoveryMode asked = workflow.recoveryMode();
      boolean isDegraded = asked == RecoveryMode.CLUSTER_RECOVER && !moves;
      return new RecoveryStrategy(
          asked.name().toLowerCase(Locale.ROOT),
          asked == RecoveryMode.MANUAL_RECOVER
              ? "manual_recover"
              : moves ? "cluster_recover" : "local_restart",
          moves ? "cluster" : "single_node",
          isDegraded,
          isDegraded ? "there was no second node to recover on" : null,
          observedNodes);
    }
  }

  /**
   * Limits of a mailbox. Senders wait from {@code maxQueueDepth} messages on, and until fewer than
   * {@code highWatermark} wait.
   *
   * @param highWatermark from here on messages from outside are refused
   * @param lowWatermark below it they are accepted again
   * @param retryAfterMs in the refusal
   */
  public record Backpressure(
      int maxQueueDepth, int highWatermark, int lowWatermark, int retryAfterMs) {
    public static final Backpressure DEFAULT = new Backpressure(100, 75, 25, 250);
  }
}
