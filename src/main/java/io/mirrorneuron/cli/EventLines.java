package io.mirrorneuron.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.port.EventPage;
import io.mirrorneuron.port.upkeep.DrainAction;
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

  /** Of a drain, what a person may have to look at. */
  private static final List<String> OUTCOMES =
      List.of(DrainAction.WAITING, DrainAction.BLOCKED, DrainAction.PAUSED, DrainAction.FAILED);

  private EventLines() {}

  /**
   * {@code time agent type detail}, in an event of the cluster the node in place of the agent; each
   * warning of a manifest is a line of its own below.
   */
  public static String line(JsonNode event, AnsiStyle paint) {
    JobEventFacts facts = JobEventFacts.read(event);
    String type = facts.type();
    return "%s  %-14s %s%s"
        .formatted(
            paint.faint(time(facts.timestamp())),
            Output.printable(
                isOfCluster(event)
                    ? event.path("node").asText()
                    : Objects.requireNonNullElse(facts.agentId(), "job")),
            paint.status(Output.printable(type), status(type))
                + paint.faint(
                    isOfCluster(event)
                        ? ofCluster(event, facts.reason())
                        : detail(event.path("payload"), facts.reason())),
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

  private static boolean isOfCluster(JsonNode event) {
    return event.path("job_id").asText().equals(EventPage.CLUSTER);
  }

  /** What a node was and is, how far its drain is, and why. */
  private static String ofCluster(JsonNode event, String reason) {
    String told =
        Stream.of(
                named(event.path("state"), Stream.of("from", "to")),
                named(event.path("result"), Stream.of("status", "recovered", "failed")),
                named(event.path("result").path("counters"), OUTCOMES.stream()),
                reason.isEmpty() ? "" : "reason=" + Output.printable(reason))
            .filter(text -> !text.isEmpty())
            .collect(Collectors.joining(" "));
    return shortened(told);
  }

  private static String named(JsonNode members, Stream<String> names) {
    return names
        .filter(name -> members.path(name).isValueNode() && members.hasNonNull(name))
        .map(name -> name + "=" + Output.printable(members.path(name).asText()))
        .collect(Collectors.joining(" "));
  }

  private static String detail(JsonNode payload, String reason) {
    String text = named(payload, Stream.concat(Stream.of("type"), TELLING.stream()));
    return shortened(
        text.isEmpty() && !reason.isEmpty() ? "reason=" + Output.printable(reason) : text);
  }

  private static String shortened(String told) {
    String text = told;
    if (text.length() > LONGEST_DETAIL) {
      text = text.substring(0, LONGEST_DETAIL - 1) + "…";
    }
    return text.isEmpty() ? "" : "  " + text;
  }
}
