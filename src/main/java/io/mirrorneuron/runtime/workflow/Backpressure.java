package io.mirrorneuron.runtime.workflow;

/**
 * When a mailbox counts as full. Senders wait from {@code maxQueueDepth} messages on, and until
 * fewer than {@code highWatermark} wait.
 *
 * @param highWatermark from here on messages from outside are refused
 * @param lowWatermark below it they are accepted again
 * @param retryAfterMs what such a caller is told to wait
 */
public record Backpressure(
    int maxQueueDepth, int highWatermark, int lowWatermark, int retryAfterMs) {
  public static final Backpressure DEFAULT = new Backpressure(100, 75, 25, 250);
}
