package io.mirrorneuron.runtime.workflow;

/**
 * How often a failed agent is started again within a sliding window, and after which delay. Also
 * says it of moving an agent to another node.
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
}
