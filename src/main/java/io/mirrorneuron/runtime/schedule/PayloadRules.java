package io.mirrorneuron.runtime.schedule;

import io.mirrorneuron.runtime.schedule.Definition.Demands;
import io.mirrorneuron.runtime.schedule.Definition.Kind;
import io.mirrorneuron.runtime.schedule.ScheduleWork.Due;
import io.mirrorneuron.runtime.schedule.ScheduleWork.Reason;
import java.util.List;
import java.util.Map;

/** Whether what comes with a dispatch is what the schedule asks for. Pure. */
final class PayloadRules {
  private PayloadRules() {}

  /** What is wrong with it; null when nothing is. Times bring nothing, so nothing is asked then. */
  static String fault(Definition definition, Due due) {
    if (due.reason() != Reason.MANUAL && due.reason() != Reason.EVENT) {
      return null;
    }
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
