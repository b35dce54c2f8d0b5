package io.mirrorneuron.runtime.schedule;

import io.mirrorneuron.runtime.schedule.Definition.Demands;
import io.mirrorneuron.runtime.schedule.Definition.Kind;
import io.mirrorneuron.runtime.schedule.ScheduleWork.Due;
import java.util.List;
import java.util.Map;

/** Whether what comes with a dispatch is what the schedule asks for. Pure. */
final class PayloadRules {
  private PayloadRules() {}

  /** What is wrong with it; null when nothing is. A time that has come brings nothing. */
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
