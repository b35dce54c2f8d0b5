package io.mirrorneuron.runtime.exec.settings;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.config.Config;
import java.time.Duration;
import java.util.Set;

/**
 * The members of a node's {@code config} that govern how its program runs, read and checked.
 *
 * @param timeout of the program from its start, or null
 * @param maxOutputBytes of each stored stream
 * @param sandboxRoot absolute prefix in manifests that stands for the workspace
 */
public record ExecutorSettings(
    String pool,
    int slots,
    Duration timeout,
    int maxOutputBytes,
    String sandboxRoot,
    String namePrefix,
    Beacons beacons) {

  /** A larger setting would not be read either: the stdout protocol stops here. */
  public static final int MAX_OUTPUT_BYTES = 16 << 20;

  /** Each of the runner's own beacons is a commit. */
  private static final Duration SHORTEST_PULSE = Duration.ofMillis(100);

  private static final Set<String> HOST_LOCAL =
      Set.of("MirrorNeuron.Runner.HostLocal", "HostLocal", "host_local");
  private static final Set<String> SANDBOXES =
      Set.of("MirrorNeuron.Runner.OpenShell", "MirrorNeuron.Sandbox.OpenShell");

  /**
   * @param enabled whether the runner itself reports
   * @param required whether silence of the program longer than {@code timeout} ends it
   */
  public record Beacons(boolean enabled, boolean required, Duration interval, Duration timeout) {}

  public static ExecutorSettings of(ObjectNode config, Config.Executors server) throws NotStarted {
    checkRunner(text(config, "runner_module", ""), server.defaultRunner());
    double seconds = number(config, "timeout_seconds", 0);
    boolean beacons = config.path("beacon_enabled").asBoolean(false);
    return new ExecutorSettings(
        text(config, "pool", "default"),
        (int) number(config, "pool_slots", 1),
        seconds > 0 ? Duration.ofNanos((long) (seconds * 1e9)) : null,
        (int)
            Math.min(
                number(config, "max_output_bytes", server.maxArtifactBytes()), MAX_OUTPUT_BYTES),
        text(config, "sandbox_upload_path", "/sandbox/job"),
        text(config, "name_prefix", "mn"),
        new Beacons(
            beacons,
            config.path("agent_beacon_required").asBoolean(false),
            least(SHORTEST_PULSE, millis(config, "beacon_interval_ms", 15_000)),
            millis(config, "beacon_timeout_ms", 45_000)));
  }

  private static Duration least(Duration least, Duration wanted) {
    return wanted.compareTo(least) < 0 ? least : wanted;
  }

  private static void checkRunner(String module, Config.DefaultRunner fallback) throws NotStarted {
    if (HOST_LOCAL.contains(module)) {
      return;
    }
    boolean open = module.isEmpty() || SANDBOXES.contains(module);
    if (open && fallback == Config.DefaultRunner.HOST_LOCAL) {
      return;
    }
    throw new NotStarted(
        "runner_unavailable: %s is not available here; set runner_module to %s"
            .formatted(
                module.isEmpty() ? "a default runner" : "runner " + module,
                "MirrorNeuron.Runner.HostLocal"));
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
