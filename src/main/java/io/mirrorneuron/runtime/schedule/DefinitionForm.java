package io.mirrorneuron.runtime.schedule;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.schedule.Definition.Demands;
import io.mirrorneuron.runtime.schedule.event.Correlation;
import io.mirrorneuron.runtime.schedule.event.Debounce;
import io.mirrorneuron.wire.Json;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** A definition in the form in which its author could have written it. */
public final class DefinitionForm {
  /** All members that an author may write. */
  private static final Set<String> MEMBERS =
      Set.of(
          "kind",
          "name",
          "enabled",
          "version",
          "cron",
          "crons",
          "timezone",
          "time_zone",
          "run_at",
          "delay_ms",
          "retry_interval_ms",
          "prohibit_overlap",
          "missed_policy",
          "catchup_limit",
          "catchup_within",
          "catchup_within_ms",
          "missed_grace_ms",
          "jitter_ms",
          "window",
          "trigger",
          "event_type",
          "parameterized",
          "metadata");

  private DefinitionForm() {}

  public static Map<String, Object> of(Definition definition) {
    Map<String, Object> form = new LinkedHashMap<>();
    form.put("kind", definition.kind().word());
    put(form, "name", definition.name());
    if (!definition.crons().isEmpty()) {
      form.put("crons", definition.crons());
    }
    form.put("timezone", definition.timezone());
    if (definition.runAt() != null) {
      form.put("run_at", Json.timestamp(Instant.ofEpochMilli(definition.runAt())));
    }
    if (definition.kind() == Definition.Kind.RESOURCE_WAIT) {
      put(form, "retry_interval_ms", definition.retryIntervalMs());
    }
    form.put("prohibit_overlap", definition.prohibitOverlap());
    form.put("missed_policy", definition.missedPolicy().word());
    form.put("catchup_limit", definition.catchupLimit());
    put(form, "catchup_within_ms", definition.catchupWithinMs());
    form.put("missed_grace_ms", definition.missedGraceMs());
    if (definition.jitterMs() > 0) {
      form.put("jitter_ms", definition.jitterMs());
    }
    if (definition.window() != null) {
      form.put("window", window(definition.window()));
    }
    if (definition.trigger() != null) {
      form.put("trigger", trigger(definition.trigger()));
    }
    put(form, "parameterized", definition.parameterized());
    put(form, "metadata", definition.metadata());
    return form;
  }

  /** Leaves empty values out. */
  private static void put(Map<String, Object> form, String name, Object value) {
    if (value != null && !Map.of().equals(value)) {
      form.put(name, value);
    }
  }

  private static Map<String, Object> window(Definition.Window window) {
    Map<String, Object> form = new LinkedHashMap<>();
    form.put("duration_ms", window.durationMs());
    form.put("end_action", window.cancels() ? "cancel" : "none");
    return form;
  }

  private static Map<String, Object> trigger(Definition.Trigger trigger) {
    Map<String, Object> form = new LinkedHashMap<>();
    if (trigger.correlate() == null) {
      form.put("event_type", types(trigger.eventTypes()));
      put(form, "filters", trigger.filters());
    } else {
      form.put("correlate", correlation(trigger.correlate()));
    }
    if (trigger.debounce() != null) {
      form.put("debounce", debounce(trigger.debounce()));
    }
    Demands demands = trigger.demands();
    form.put("payload", demands.payload());
    if (!demands.required().isEmpty()) {
      form.put("meta_required", demands.required());
    }
    if (!demands.optional().isEmpty()) {
      form.put("meta_optional", demands.optional());
    }
    return form;
  }

  private static Object types(List<String> types) {
    return types.size() == 1 ? types.getFirst() : types;
  }

  private static Map<String, Object> correlation(Correlation correlate) {
    Map<String, Object> form = new LinkedHashMap<>();
    form.put("events", correlate.events().stream().map(DefinitionForm::condition).toList());
    form.put("within_ms", correlate.withinMs());
    return form;
  }

  private static Map<String, Object> condition(Correlation.Condition condition) {
    Map<String, Object> form = new LinkedHashMap<>();
    form.put("event_type", types(condition.eventTypes()));
    put(form, "filters", condition.filters());
    put(form, "key", condition.key());
    return form;
  }

  private static Map<String, Object> debounce(Debounce debounce) {
    Map<String, Object> form = new LinkedHashMap<>();
    form.put("wait_ms", debounce.waitMs());
    form.put("max_wait_ms", debounce.maxWaitMs());
    put(form, "key", debounce.key());
    return form;
  }

  /** A removed member must be a known one; the reader refuses other unknown members. */
  private static void requireKnown(Map<String, Object> changes) {
    for (Map.Entry<String, Object> change : changes.entrySet()) {
      String name = change.getKey();
      if (change.getValue() == null && !MEMBERS.contains(name)) {
        throw MnException.invalid(
            "schedule.%s is not known%s"
                .formatted(JsonMemberReader.shown(name), JsonMemberReader.hint(name, MEMBERS)));
      }
    }
  }

  /**
   * The form with some members replaced; null removes a member. A member that says the same as a
   * replaced one in another way is dropped.
   */
  public static Map<String, Object> merged(Definition definition, Map<String, Object> changes) {
    Map<String, Object> form = of(definition);
    requireKnown(changes);
    if (changes.get("kind") instanceof String kind && !kind.equals(definition.kind().word())) {
      form.keySet().removeAll(Set.of("crons", "run_at", "retry_interval_ms", "trigger"));
    }
    if (changes.containsKey("cron")) {
      form.remove("crons");
    }
    if (changes.containsKey("delay_ms")) {
      form.remove("run_at");
    }
    if (changes.containsKey("time_zone")) {
      form.remove("timezone");
    }
    boolean skips =
        changes.containsKey("missed_policy")
            && Objects.requireNonNullElse(changes.get("missed_policy"), "skip").equals("skip");
    if (changes.containsKey("catchup_within") || skips) {
      form.remove("catchup_within_ms");
    }
    changes.forEach(
        (name, value) -> {
          if (value == null) {
            form.remove(name);
          } else {
            form.put(name, value);
          }
        });
    return form;
  }
}
