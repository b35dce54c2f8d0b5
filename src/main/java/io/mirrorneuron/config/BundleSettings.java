package io.mirrorneuron.config;

import java.nio.file.Path;
import java.time.Duration;

/**
 * Where payload files are kept so that every server on the same Redis reaches them.
 *
 * @param redisMaxBytes a bundle up to this size lies in Redis; 0: none does
 * @param redisBudgetBytes what all bundles in Redis may take together
 * @param sharedFolder that several servers mount, for what does not lie in Redis, or null
 */
public record BundleSettings(long redisMaxBytes, long redisBudgetBytes, Path sharedFolder) {
  public static final String MAX = "bundles.redis_max_bytes";
  public static final String BUDGET = "bundles.redis_budget_bytes";
  public static final String FOLDER = "bundles.shared_folder";
  private static final long MOST = 1L << 30;

  /**
   * @param sharedFolder as the settings name it, or null
   */
  static BundleSettings read(Settings settings, Path sharedFolder) {
    return new BundleSettings(
        settings.number(MAX, 0, MOST), settings.number(BUDGET, 0, Long.MAX_VALUE), sharedFolder);
  }

  /**
   * The quota for bundles that were uploaded and not submitted yet.
   *
   * @param maxBytes of all of them together, unpacked
   * @param lifetime after so long without use one goes
   */
  public record Uploads(int maxCount, long maxBytes, Duration lifetime) {
    static Uploads read(Settings settings) {
      return new Uploads(
          (int) settings.number("uploads.max_count", 1, Integer.MAX_VALUE),
          settings.number("uploads.max_bytes", 1, Long.MAX_VALUE),
          Duration.ofSeconds(settings.number("uploads.ttl_seconds", 60, Integer.MAX_VALUE)));
    }
  }
}
