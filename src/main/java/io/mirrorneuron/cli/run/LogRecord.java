package io.mirrorneuron.cli.run;

import io.mirrorneuron.cli.Output;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What people want to know of a record of a run. Unknown values are null.
 *
 * @param payload what the record has to say where it does not say it itself
 * @param stream {@code stdout} or {@code stderr} where a program printed it
 */
record LogRecord(
    String ts,
    String level,
    String component,
    String stepId,
    String agentId,
    String stream,
    String message,
    String reason,
    String prompt,
    String requestId,
    String decision,
    String eventId,
    LogRecord payload) {
  static final LogRecord NONE =
      new LogRecord(null, null, null, null, null, null, null, null, null, null, null, null, null);

  /** The step it is about, else the agent, else the component. */
  String place(String otherwise) {
    return Stream.of(stepId, agentId, component)
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(otherwise);
  }

  /**
   * What tells more than its type, behind two blanks; records have it in their payload or beside.
   */
  String detail() {
    String inner = payload == null ? "" : payload.detail();
    String detail =
        Stream.of(requestId, prompt, decision, message, reason)
            .filter(Objects::nonNull)
            .map(Output::printable)
            .collect(Collectors.joining("  "));
    return (detail.isEmpty() ? "" : "  " + detail) + inner;
  }
}
