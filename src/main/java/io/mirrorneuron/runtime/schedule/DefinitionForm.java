package io.mirrorneuron.runtime.schedule;

import io.mirrorneuron.runtime.schedule.Definition.Demands;
import java.util.LinkedHashMap;
import java.util.Map;

/** A definition in the form that its author could have written. */
final class DefinitionForm {
  private DefinitionForm() {}

  static Map<String, Object> of(Definition definition) {
    Map<String, Object> form = new LinkedHashMap<>();
    form.put("kind", definition.kind().word());
    put(form, "name", definition.name());
    if (!definition.crons().isEmpty()) {
      form.put("crons", definition.crons());
    }
    form.put("timezone", definition.timezone());
    put(form, "run_at", DispatchNotes.time(definition.runAt()));
    if (definition.kind() == Definition.Kind.RESOURCE_WAIT) {
      put(form, "retry_interval_ms", definition.retryIntervalMs());
    }
    form.put("prohibit_overlap", definition.prohibitOverlap());
    form.put("missed_policy", definition.missedPolicy().word());
    form.put("catchup_limit", definition.catchupLimit());
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

  /** What is empty is left out. */
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
    boolean isOne = trigger.eventTypes().size() == 1;
    form.put("event_type", isOne ? trigger.eventTypes().getFirst() : trigger.eventTypes());
    put(form, "filters", trigger.filters());
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

  /**
   * The form with some members replaced; null removes one. What says the same in another way gives
   * way.
   */
  static Map<String, Object> merged(Definition definition, Map<String, Object> changes) {
    Map<String, Object> form = of(definition);
    if (changes.get("kind") instanceof String kind && !kind.equals(definition.kind().word())) {
      form.keySet().removeAll(java.util.Set.of("crons", "run_at", "retry_interval_ms", "trigger"));
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
