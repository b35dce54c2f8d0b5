package io.mirrorneuron.testing;

import java.util.HashMap;
import java.util.Map;

/**
 * Servers that are dead after six seconds without a heartbeat, not after fifteen, and that look for
 * what is due each two seconds: for tests that wait for that.
 */
public final class Silence {
  private Silence() {}

  /** As settings. */
  public static final Map<String, String> SHORT =
      Map.of("cluster.silence_ms", "6000", "redis.timeout_ms", "1200");

  /** The same as variables. */
  public static final Map<String, String> SHORT_VARIABLES =
      Map.of("MN_CLUSTER_SILENCE_MS", "6000", "MN_REDIS_TIMEOUT_MS", "1200");

  /** As variables, with further ones. */
  public static Map<String, String> shortWith(Map<String, String> variables) {
    Map<String, String> all = new HashMap<>(SHORT_VARIABLES);
    all.putAll(variables);
    return all;
  }
}
