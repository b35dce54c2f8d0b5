package io.mirrorneuron.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.wire.JobEventFacts;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Events as lines for people. */
public final class EventLines {
  private static final int LONGEST_DETAIL = 160;
  private static final List<String> TELLING =
      List.of("reason", "error", "message", "from", "exit_code", "attempt", "attempts", "count");

  private EventLines() {}

  /** {@code time agent type detail}; each warning of a manifest is a line of its own below. */
  public static String line(JsonNode event, AnsiStyle paint) {
    JobEventFacts facts = JobEventFacts.read(event);
    String type = facts.type();
    return "%s  %-14s %s%s"
        .formatted(
            paint.faint(time(facts.timestamp())),
            Output.printable(Objects.requireNonNullElse(facts.agentId(), "job")),
            paint.status(Output.printable(type), status(type))
                + paint.faint(detail(event.path("payload"), facts.reason())),
            warnings(facts))
        .stripTrailing();
  }

  /** Each warning of a manifest on a line of its own. */
  static String warnings(JobEventFacts facts) {
    return facts.warnings().stream()
        .map(one -> "\n    " + Output.printable(one))
        .collect(Collectors.joining());
  }

  /** The status that an event's type speaks of, or the type itself. */
  private static String status(String type) {
    return type.replaceFirst("^(job|sandbox_job)_", "");
  }

  /** The time of day in UTC, with milliseconds. */
  static String time(String timestamp) {
    int t = timestamp.indexOf('T');
    return t < 0 ? timestamp : timestamp.substring(t + 1);
  }

  private static String detail(JsonNode payload, String reason) {
    String text =
        Stream.concat(Stream.of("type"), TELLING.stream())
            .filter(name -> payload.path(name).isValueNode() && payload.hasNonNull(name))
            .map(name -> name + "=" + Output.printable(payload.path(name).asText()))
            .collect(Collectors.joining(" "));
    if (text.isEmpty() && !reason.isEmpty()) {
      text = "reason=" + Output.printable(reason);
    }
    if (text.length() > LONGEST_DETAIL) {
      text = text.substring(0, LONGEST_DETAIL - 1) + "…";
    }
    return text.isEmpty() ? "" : "  " + text;
  }
}
