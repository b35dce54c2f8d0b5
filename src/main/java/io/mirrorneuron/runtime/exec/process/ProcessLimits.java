package io.mirrorneuron.runtime.exec.process;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.exec.settings.NotStarted;
import io.mirrorneuron.runtime.exec.spawn.Program;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Limits that the kernel keeps each process of a program to: {@code limits} of a node's resources,
 * with {@code open_files}, {@code address_space_mb} and {@code cpu_seconds}.
 */
public final class ProcessLimits {
  private static final long MAX = 1L << 40;

  private static final Map<String, String> SETTERS =
      Map.of(
          "open_files", "ulimit -n %d && ",
          "address_space_mb", "ulimit -v $((%d * 1024)) && ",
          // The soft limit sends a signal of its own; the hard one would only kill.
          "cpu_seconds", "ulimit -S -t %1$d && ulimit -H -t $((%1$d + 2)) && ");

  private ProcessLimits() {}

  /** The program as it is, or behind a shell that sets the limits and becomes it. */
  public static Program apply(ObjectNode resources, Program program) throws NotStarted {
    JsonNode limits = resources.path("limits");
    if (limits.isMissingNode() || limits.isNull()) {
      return program;
    }
    var script = new StringBuilder();
    for (Map.Entry<String, JsonNode> limit : limits.properties()) {
      String setter = SETTERS.get(limit.getKey());
      if (setter == null) {
        throw new NotStarted(
            "resources.limits has no member %s; it has open_files, address_space_mb, cpu_seconds"
                .formatted(limit.getKey()));
      }
      JsonNode value = limit.getValue();
      if (!value.isIntegralNumber() || value.asLong() < 1 || value.asLong() > MAX) {
        throw new NotStarted(
            "resources.limits.%s must be a positive whole number".formatted(limit.getKey()));
      }
      script.append(setter.formatted(value.asLong()));
    }
    var words = new ArrayList<>(List.of("sh", "-c", script + "exec \"$0\" \"$@\""));
    words.add(program.executable().toString());
    words.addAll(program.arguments().subList(1, program.arguments().size()));
    return new Program(
        Path.of("/bin/sh"),
        words,
        program.environment(),
        program.workingFolder(),
        program.domain());
  }
}
