package io.mirrorneuron.runtime.workflow;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * How a new version takes the place of the one that runs.
 *
 * @param maxParallel how many agents change together
 * @param canary how many agents change first, and alone
 * @param minHealthyMs how long what has changed must be healthy without a break
 * @param healthyDeadlineMs by when it must have been, from when it was changed
 * @param progressDeadlineMs the same from when what was changed before had been
 * @param autoPromote whether nobody is asked after the canary
 * @param autoRevert whether what was changed is changed back when it does not become healthy
 */
public record UpdatePolicy(
    UpdateStrategy strategy,
    int maxParallel,
    int canary,
    long minHealthyMs,
    long healthyDeadlineMs,
    long progressDeadlineMs,
    HealthSource healthCheck,
    boolean autoPromote,
    boolean autoRevert) {

  /** What holds where nothing is said. */
  public static final UpdatePolicy DEFAULT =
      new UpdatePolicy(
          UpdateStrategy.ROLLING,
          1,
          0,
          10_000,
          300_000,
          600_000,
          HealthSource.CHECKS,
          false,
          false);

  /** The same for the way back, which tries nothing out first. */
  public UpdatePolicy backwards() {
    return new UpdatePolicy(
        UpdateStrategy.ROLLING,
        maxParallel,
        0,
        minHealthyMs,
        healthyDeadlineMs,
        progressDeadlineMs,
        healthCheck,
        false,
        autoRevert);
  }

  /** As it is written in a manifest, in full. */
  public Map<String, Object> reported() {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("strategy", strategy.word());
    all.put("max_parallel", maxParallel);
    all.put("canary", canary);
    all.put("min_healthy_ms", minHealthyMs);
    all.put("healthy_deadline_ms", healthyDeadlineMs);
    all.put("progress_deadline_ms", progressDeadlineMs);
    all.put("health_check", healthCheck.word());
    all.put("auto_promote", autoPromote);
    all.put("auto_revert", autoRevert);
    return all;
  }

  /** In which steps. */
  public enum UpdateStrategy {
    ROLLING,
    CANARY,
    BLUE_GREEN;

    /** As it is written. */
    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** What says whether something is healthy: the checks of its services, or that its agents run. */
  public enum HealthSource {
    CHECKS,
    AGENT_STATES;

    /** As it is written. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Versions that are numbers with dots between them. Pure. */
  public static final class Versions {
    private static final Pattern VERSION = Pattern.compile("\\d{1,9}(\\.\\d{1,9})*");

    /** One that a decimal can be made of. */
    private static final Pattern NUMBER =
        Pattern.compile("[+-]?(\\d{1,60}\\.?\\d{0,60}|\\.\\d{1,60})([eE][+-]?\\d{1,3})?");

    private Versions() {}

    /** As a comparator would; empty when one is null or no version. */
    public static OptionalInt compare(String one, String other) {
      if (!isVersion(one) || !isVersion(other)) {
        return OptionalInt.empty();
      }
      String[] left = one.split("\\.");
      String[] right = other.split("\\.");
      for (int i = 0; i < Math.max(left.length, right.length); i++) {
        int compared = Integer.compare(part(left, i), part(right, i));
        if (compared != 0) {
          return OptionalInt.of(compared);
        }
      }
      return OptionalInt.of(0);
    }

    /** Whether the text has an order among others like it. */
    public static boolean isNumberOrVersion(String text) {
      return NUMBER.matcher(text).matches() || isVersion(text);
    }

    private static boolean isVersion(String text) {
      return text != null && VERSION.matcher(text).matches();
    }

    private static int part(String[] parts, int i) {
      return i < parts.length ? Integer.parseInt(parts[i]) : 0;
    }
  }
}
