package io.mirrorneuron.config;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What launches of blueprints may do on this machine.
 *
 * @param preLaunch how long {@code scripts/pre-launch.sh} may take until it is ready
 * @param postLaunch how long {@code scripts/post-launch.sh} may take
 * @param cleanup from TERM to KILL when a hook is ended
 * @param pathRoots below which bundles lie that are launched by their path; empty for any folder,
 *     as long as no roles are told apart
 * @param inputRoots from below which folders are copied that a configuration names
 */
public record LaunchSettings(
    Duration preLaunch,
    Duration postLaunch,
    Duration cleanup,
    List<Path> pathRoots,
    List<Path> inputRoots) {
  public static final String PATH_ROOTS = "blueprint.path_roots";
  public static final String INPUT_ROOTS = "blueprint.input_roots";
  private static final BigDecimal LEAST = new BigDecimal("0.1");
  private static final BigDecimal MOST = BigDecimal.valueOf(86_400);

  public LaunchSettings {
    pathRoots = List.copyOf(pathRoots);
    inputRoots = List.copyOf(inputRoots);
  }

  static LaunchSettings read(Settings settings, ConfigReader paths) {
    return new LaunchSettings(
        seconds(settings, "pre_launch.timeout_seconds"),
        seconds(settings, "post_launch.timeout_seconds"),
        seconds(settings, "process_cleanup.timeout_seconds"),
        paths.paths(PATH_ROOTS),
        paths.paths(INPUT_ROOTS));
  }

  private static Duration seconds(Settings settings, String key) {
    try {
      BigDecimal seconds = new BigDecimal(settings.text(key));
      if (seconds.compareTo(LEAST) >= 0 && seconds.compareTo(MOST) <= 0) {
        return Duration.ofMillis(seconds.movePointRight(3).longValue());
      }
    } catch (NumberFormatException e) {
      // reported below
    }
    settings.requireText(key, false, "a number of seconds from 0.1 to 86400");
    return Duration.ofSeconds(1);
  }
}
