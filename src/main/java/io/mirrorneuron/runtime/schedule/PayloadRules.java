package io.mirrorneuron.runtime.schedule;

import io.mirrorneuron.runtime.schedule.Definition.Demands;
import io.mirrorneuron.runtime.schedule.Definition.Kind;
import io.mirrorneuron.runtime.schedule.ScheduleWork.Due;
import java.util.List;
import java.util.Map;

/** Checks the payload of a dispatch against the schedule's demands. Pure. */
final class PayloadRules {
  private PayloadRules() {}

  /** The fault; null for none. A dispatch of a time has no payload. */
  static String fault(Definition definition, Due due) {
    Demands demands =
        definition.kind() == Kind.EVENT
            ? definition.trigger().demands()
            : DefinitionReader.demands(definition.parameterized());
    return fault(demands, due.payload());
  }

  private static String fault(Demands demands, Map<String, Object> payload) {
    if (demands.payload().equals("required") && payload.isEmpty()) {
      return "payload is required";
    }
    if (demands.payload().equals("forbidden") && !payload.isEmpty()) {
      return "payload is forbidden";
    }
    List<String> absent =
        demands.required().stream().filter(name -> payload.get(name) == null).toList();
    return absent.isEmpty() ? null : "payload lacks " + String.join(", ", absent);
  }
}
