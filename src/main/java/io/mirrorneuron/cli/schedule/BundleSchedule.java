package io.mirrorneuron.cli.schedule;

import com.fasterxml.jackson.core.type.TypeReference;
import io.mirrorneuron.Bundle;
import io.mirrorneuron.cli.BundleReport;
import io.mirrorneuron.cli.Client;
import io.mirrorneuron.wire.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a bundle's own manifest says of when it runs. */
final class BundleSchedule {
  private static final TypeReference<Map<String, Object>> ANY = new TypeReference<>() {};

  private BundleSchedule() {}

  /** Its {@code schedule}, or its one trigger as a schedule of kind event. */
  static Map<String, Object> of(Client client, String bundle) {
    Map<String, Object> manifest;
    try (Bundle opened = BundleReport.open(bundle)) {
      manifest =
          Json.MAPPER.convertValue(
              Json.parseObject(opened.submission().manifestJson(), "manifest"), ANY);
    }
    Map<String, Object> schedule = new LinkedHashMap<>();
    if (manifest.get("schedule") instanceof Map<?, ?> own) {
      own.forEach((name, value) -> schedule.put(name.toString(), value));
      return schedule;
    }
    Object triggers = manifest.get("triggers");
    if (triggers instanceof List<?> list && list.size() == 1) {
      triggers = list.getFirst();
    }
    if (triggers instanceof Map<?, ?> trigger) {
      schedule.put("kind", "event");
      schedule.put("trigger", trigger);
      return schedule;
    }
    if (manifest.containsKey("schedule") || triggers != null) {
      return schedule; // the server says what is wrong with it
    }
    throw client.misuse(
        "neither an option nor the manifest says when: give --cron or --schedule-json, or write a"
            + " schedule into the manifest");
  }
}
