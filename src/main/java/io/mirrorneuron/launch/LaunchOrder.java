package io.mirrorneuron.launch;

import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * What is to be launched, and how.
 *
 * @param place id of a blueprint, folder on the server, or handle of an uploaded bundle
 * @param runId null for one that is made up
 * @param config what is laid over the configuration of the bundle
 * @param inputs answers to what the blueprint asks for, by the names in its form
 * @param force without services, input rules and soft requirements
 * @param progressId null for one that is made up
 * @param by the name that the caller's token vouches for; null when it vouches for none
 */
public record LaunchOrder(
    Source source,
    String place,
    String runId,
    Map<String, Object> config,
    Map<String, Object> inputs,
    boolean force,
    String progressId,
    String by) {

  /** Where the bundle is. */
  public enum Source {
    CATALOG,
    PATH,
    BUNDLE;

    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public LaunchOrder {
    config = Objects.requireNonNullElse(config, Map.of());
    inputs = Objects.requireNonNullElse(inputs, Map.of());
  }

  /** Without what may be secret and is needed no more. */
  LaunchOrder bare() {
    return new LaunchOrder(source, place, runId, Map.of(), Map.of(), force, progressId, by);
  }

  LaunchOrder named(String progress) {
    return new LaunchOrder(source, place, runId, config, inputs, force, progress, by);
  }
}
