package io.mirrorneuron.runtime.manifest.graph;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.workflow.AgentSettings.ProgramLimit;
import java.util.EnumMap;
import java.util.Map;

/** Reads {@code limits} in the {@code resources} of a node. */
public final class LimitReader {
  private LimitReader() {}

  /** Whether it may be the value of a limit. */
  static boolean isValue(JsonNode value) {
    return value.isIntegralNumber()
        && value.canConvertToLong()
        && value.asLong() >= 1
        && value.asLong() <= ProgramLimit.MOST;
  }

  /** The valid limits of a node; programs with an invalid limit are not started. */
  public static Map<ProgramLimit, Long> of(ObjectNode resources) {
    Map<ProgramLimit, Long> limits = new EnumMap<>(ProgramLimit.class);
    if (resources.get("limits") instanceof ObjectNode written) {
      written
          .properties()
          .forEach(
              member -> {
                JsonNode value = member.getValue();
                if (isValue(value)) {
                  ProgramLimit.of(member.getKey())
                      .ifPresent(one -> limits.put(one, value.asLong()));
                }
              });
    }
    return limits;
  }
}
