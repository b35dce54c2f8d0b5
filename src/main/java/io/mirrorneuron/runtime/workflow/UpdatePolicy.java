package io.mirrorneuron.runtime.workflow;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * How a new version replaces the running one.
 *
 * @param maxParallel how many agents change together
 * @param canary how many agents change first, and alone
 * @param minHealthyMs how long a changed agent must be healthy without a break
 * @param healthyDeadlineMs limit for that, counted from the agent's change
 * @param progressDeadlineMs limit for that, counted from when the agents changed before were
 *     healthy
 * @param autoPromote whether the rest changes after the canary without a person's consent
 * @param autoRevert whether changed agents are changed back when they do not become healthy
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

  /** The policy for the way back, without a canary. */
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

  /** In full, as written in a manifest. */
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

  /** The order of changes. */
  public enum UpdateStrategy {
    ROLLING,
    CANARY,
    BLUE_GREEN;

    /** As written in a manifest. */
    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** Source of health: the checks of services, or the states of agents. */
  public enum HealthSource {
    CHECKS,
    AGENT_STATES;

    /** As written in a manifest. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Compares versions that are numbers with dots between them. Pure. */
  public static final class Versions {
    private static final Pattern VERSION = Pattern.compile("\\d{1,9}(\\.\\d{1,9})*");

    /** A text that {@code BigDecimal} can parse. */
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

    /** Whether the text can be ordered. */
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
