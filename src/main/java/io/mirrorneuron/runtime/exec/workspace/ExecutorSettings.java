package io.mirrorneuron.runtime.exec.workspace;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.config.Config;
import io.mirrorneuron.runtime.exec.workspace.Workspaces.NotStarted;
import java.time.Duration;

/**
 * The members of a node's {@code config} that govern how its program runs, read and checked.
 *
 * @param runnerModule the runner it asks for; empty for none in particular
 * @param timeout of the program from its start, or null
 * @param maxOutputBytes of each stored stream
 * @param wantsJson whether its output must be JSON
 * @param sandboxRoot absolute prefix in manifests that stands for the workspace
 */
public record ExecutorSettings(
    String runnerModule,
    String pool,
    int slots,
    Duration timeout,
    int maxOutputBytes,
    String sandboxRoot,
    String namePrefix,
    boolean wantsJson,
    Beacons beacons) {

  /** A larger setting would not be read either: the stdout protocol stops here. */
  public static final int MAX_OUTPUT_BYTES = 16 << 20;

  /** The only value of {@code output} that is read here. */
  private static final String JSON = "json";

  /** Each of the runner's own beacons is a commit. */
  private static final Duration SHORTEST_PULSE = Duration.ofMillis(100);

  /**
   * @param enabled whether the runner itself reports
   * @param required whether silence of the program longer than {@code timeout} ends it
   */
  public record Beacons(boolean enabled, boolean required, Duration interval, Duration timeout) {}

  public static ExecutorSettings of(ObjectNode config, Config.Executors server) throws NotStarted {
    double seconds = number(config, "timeout_seconds", 0);
    boolean beacons = config.path("beacon_enabled").asBoolean(false);
    return new ExecutorSettings(
        text(config, "runner_module", ""),
        text(config, "pool", "default"),
        (int) number(config, "pool_slots", 1),
        seconds > 0 ? Duration.ofNanos((long) (seconds * 1e9)) : null,
        (int)
            Math.min(
                number(config, "max_output_bytes", server.output().storedBytes()),
                MAX_OUTPUT_BYTES),
        text(config, "sandbox_upload_path", "/sandbox/job"),
        text(config, "name_prefix", "mn"),
        JSON.equals(config.path("output").textValue()),
        new Beacons(
            beacons,
            config.path("agent_beacon_required").asBoolean(false),
            least(SHORTEST_PULSE, millis(config, "beacon_interval_ms", 15_000)),
            millis(config, "beacon_timeout_ms", 45_000)));
  }

  private static Duration least(Duration least, Duration wanted) {
    return wanted.compareTo(least) < 0 ? least : wanted;
  }

  private static Duration millis(ObjectNode config, String name, int fallback) throws NotStarted {
    return Duration.ofMillis(Math.max(1, (long) number(config, name, fallback)));
  }

  private static double number(ObjectNode config, String name, double fallback) throws NotStarted {
    JsonNode value = config.path(name);
    if (value.isMissingNode() || value.isNull()) {
      return fallback;
    }
    if (!value.isNumber() || value.asDouble() < 0) {
      throw new NotStarted("config." + name + " must be a number and not negative");
    }
    return value.asDouble();
  }

  private static String text(ObjectNode config, String name, String fallback) throws NotStarted {
    JsonNode value = config.path(name);
    if (value.isMissingNode() || value.isNull()) {
      return fallback;
    }
    if (!value.isTextual()) {
      throw new NotStarted("config." + name + " must be a string");
    }
    return value.asText();
  }
}
