package io.mirrorneuron.port.node;

import io.mirrorneuron.model.MnException;

/**
 * That work is to leave a node.
 *
 * @param reason in the caller's words; null or blank for a standard one
 * @param deadlineMs how long programs of batch jobs may take to end by themselves; 0 or less for
 *     {@link #STANDARD_MS}; a year at most
 * @param dryRun whether only to say what would happen
 * @param ignoreSystemJobs whether jobs of type system and sysbatch stay where they are
 */
public record DrainOrder(
    String node, String reason, long deadlineMs, boolean dryRun, boolean ignoreSystemJobs) {
  public static final long STANDARD_MS = 1_800_000;

  /** A year. */
  public static final long LONGEST_MS = 31_536_000_000L;

  public static final String STANDARD_REASON = "operator requested node drain";

  public DrainOrder {
    reason = reason == null || reason.isBlank() ? STANDARD_REASON : reason.strip();
    if (deadlineMs > LONGEST_MS) {
      throw MnException.invalid("deadline_ms must be at most " + LONGEST_MS + ", a year");
    }
    deadlineMs = deadlineMs <= 0 ? STANDARD_MS : deadlineMs;
  }
}
