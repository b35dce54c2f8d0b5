package io.mirrorneuron.launch;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.RunId;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;

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
  /** {@code .} and {@code ..} name something else in a URL. */
  private static final Pattern PROGRESS_ID = Pattern.compile("(?!\\.{1,2}$)[A-Za-z0-9_.:-]{1,220}");

  /** The bundle's entry; empty when unknown. */
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

  /**
   * Refuses ids that nothing can have.
   *
   * @throws MnException MALFORMED {@code invalid progress id} or {@code invalid run id}
   */
  void requireIds() {
    if (progressId != null) {
      requireProgressId(progressId);
    }
    if (runId != null && !RunId.isRunId(runId)) {
      throw malformed("invalid run id");
    }
  }

  static void requireProgressId(String id) {
    if (!PROGRESS_ID.matcher(id).matches()) {
      throw malformed("invalid progress id");
    }
  }

  private static MnException malformed(String message) {
    return new MnException(ErrorCode.MALFORMED, message.replace(' ', '_'), message);
  }

  /** Without what may be secret and is needed no more. */
  LaunchOrder bare() {
    return new LaunchOrder(source, place, runId, Map.of(), Map.of(), force, progressId, by);
  }

  LaunchOrder named(String progress) {
    return new LaunchOrder(source, place, runId, config, inputs, force, progress, by);
  }
}
