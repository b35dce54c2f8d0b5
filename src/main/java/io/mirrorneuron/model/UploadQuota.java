package io.mirrorneuron.model;

import java.time.Duration;

/**
 * What uploaded bundles may take together while they arrive and until they are submitted. Whoever
 * writes takes first and gives back what is gone from the disk, so uploads that come together
 * cannot pass the limits together. Thread-safe.
 */
public final class UploadQuota {
  private static final long RETRY_AFTER_MS = 60_000;
  private static final Duration DAY = Duration.ofDays(1);

  private final int maxCount;
  private final long maxBytes;
  private final Duration lifetime;
  private int count;
  private long bytes;
  private volatile Runnable sweep = () -> {};

  /**
   * @param maxCount of bundles that are stored
   * @param maxBytes of all of them, and of those that arrive
   */
  public UploadQuota(int maxCount, long maxBytes) {
    this(maxCount, maxBytes, DAY);
  }

  /**
   * @param lifetime after so long without use a bundle goes
   */
  public UploadQuota(int maxCount, long maxBytes, Duration lifetime) {
    this.maxCount = maxCount;
    this.maxBytes = maxBytes;
    this.lifetime = lifetime;
  }

  public Duration lifetime() {
    return lifetime;
  }

  /** For stores that no other client writes to. */
  public static UploadQuota unlimited() {
    return new UploadQuota(Integer.MAX_VALUE, Long.MAX_VALUE);
  }

  /**
   * @param sweep removes what is too old and gives its room back; may block
   */
  public void sweptBy(Runnable sweep) {
    this.sweep = sweep;
  }

  /** Whether there may be no room for so many bytes more, so that {@link #sweep} is worth it. */
  public synchronized boolean isTight(long more) {
    return count >= maxCount || bytes > maxBytes - more;
  }

  /** Removes what is too old, and while it is tight what is needed no more. Blocks. */
  public void sweep() {
    sweep.run();
  }

  /**
   * Room for a bundle.
   *
   * @throws MnException EXHAUSTED {@code too_many_uploads} when there is none
   */
  public synchronized void takePlace() {
    if (count >= maxCount) {
      throw full(
          "%d uploaded bundles wait to be submitted, as many as uploads.max_count allows"
              .formatted(count));
    }
    count++;
  }

  /**
   * Room for bytes.
   *
   * @throws MnException EXHAUSTED {@code too_many_uploads} when there is none
   */
  public synchronized void take(long more) {
    if (more > maxBytes - bytes) {
      throw full(
          "the uploaded bundles that wait to be submitted take %d of %d bytes that uploads.max_bytes allows"
              .formatted(bytes, maxBytes));
    }
    bytes += more;
  }

  /** Counts what was there before; it may be more than is allowed now. */
  public synchronized void countIn(long size) {
    count++;
    bytes += size;
  }

  public synchronized void give(long less) {
    bytes -= less;
  }

  public synchronized void givePlace() {
    count--;
  }

  private MnException full(String message) {
    return new MnException(
            ErrorCode.EXHAUSTED,
            "too_many_uploads",
            "%s; submit them, raise the setting, or wait: they go %d seconds after their last use (uploads.ttl_seconds)"
                .formatted(message, lifetime.toSeconds()))
        .withRetryAfter(RETRY_AFTER_MS);
  }
}
