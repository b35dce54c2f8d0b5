package io.mirrorneuron.runtime.manifest.graph;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The schedule in a manifest's members {@code schedule} and {@code triggers}. */
public final class ManifestSchedule {
  /** Members of a schedule with the times of its jobs. */
  private static final List<String> WHEN =
      List.of("cron", "crons", "run_at", "delay_ms", "trigger", "event_type");

  private ManifestSchedule() {}

  /** The first member with a schedule; empty when there is none. */
  public static Optional<String> member(String manifest) {
    ObjectNode root = Json.parseObject(manifest, "manifest_json");
    return Stream.of("schedule", "triggers").filter(name -> !isEmpty(root.path(name))).findFirst();
  }

  private static boolean isEmpty(JsonNode member) {
    return member.isNull() || !member.isValueNode() && member.isEmpty();
  }

  /**
   * @return the schedule as written; empty when there is none
   * @throws MnException INVALID when it is no valid schedule
   */
  public static Map<String, Object> of(String manifest) {
    ObjectNode root = Json.parseObject(manifest, "manifest_json");
    JsonNode schedule = root.get("schedule");
    Map<String, Object> written = new LinkedHashMap<>();
    if (schedule != null && !schedule.isNull()) {
      if (!schedule.isObject()) {
        throw MnException.invalid("schedule must be an object");
      }
      schedule
          .properties()
          .forEach(member -> written.put(member.getKey(), plain(member.getValue())));
    }
    JsonNode trigger = trigger(root.get("triggers"));
    if (trigger != null) {
      Optional<String> when = WHEN.stream().filter(written::containsKey).findFirst();
      if (when.isPresent()) {
        throw MnException.invalid(
            "the manifest says when in triggers and in schedule.%s; leave one of them out"
                .formatted(when.get()));
      }
      written.put("trigger", plain(trigger));
    }
    JsonNode parameterized = root.get("parameterized");
    if (parameterized != null && parameterized.isObject()) {
      written.putIfAbsent("parameterized", plain(parameterized));
    }
    return written;
  }

  private static JsonNode trigger(JsonNode triggers) {
    if (triggers == null || triggers.isNull() || triggers.isEmpty()) {
      return null;
    }
    if (triggers.isArray() && triggers.size() > 1) {
      throw MnException.invalid("triggers has several entries; a schedule has one trigger");
    }
    JsonNode one = triggers.isArray() ? triggers.get(0) : triggers;
    if (!one.isObject()) {
      throw MnException.invalid("triggers must be an object, or a list of one");
    }
    return one;
  }

  private static Object plain(JsonNode json) {
    return Json.MAPPER.convertValue(json, Object.class);
  }
}
