package io.mirrorneuron.launch.hook;

import java.util.Map;

/**
 * What a hook tells when it is ready.
 *
 * @param environment variables for the programs of the job
 * @param config what is laid over the configuration
 */
public record HookNews(Map<String, String> environment, Map<String, Object> config) {
  public static final HookNews NONE = new HookNews(Map.of(), Map.of());
}
