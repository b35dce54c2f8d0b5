package io.mirrorneuron.cli.runtime;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * Whether the parts of a server serve. The server's own report, {@code /runtime/status}, has this
 * form too, and says more.
 *
 * @param overall the worst status of the components
 * @param checkedAt ISO-8601
 */
record HealthReport(String overall, String checkedAt, List<Component> components) {
  static final String PASSING = "passing";
  static final String WARNING = "warning";
  static final String CRITICAL = "critical";

  HealthReport {
    components = components == null ? List.of() : List.copyOf(components);
  }

  static HealthReport of(String checkedAt, List<Component> components) {
    List<String> states = components.stream().map(Component::status).toList();
    String overall =
        states.contains(CRITICAL) ? CRITICAL : states.contains(WARNING) ? WARNING : PASSING;
    return new HealthReport(overall, checkedAt, components);
  }

  /**
   * @param target who was asked
   * @param durationMs null when nobody was asked
   * @param detail what a good answer says: a text or a document of whoever was asked
   * @param error null after a good answer
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Component(
      String name, String status, String target, Number durationMs, JsonNode detail, String error) {
    boolean isPassing() {
      return PASSING.equals(status);
    }
  }
}
