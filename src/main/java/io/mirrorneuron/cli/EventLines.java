package io.mirrorneuron.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.port.JobsPort.EventPage;
import io.mirrorneuron.port.node.DrainState.DrainAction;
import io.mirrorneuron.wire.JobEventFacts;
import io.mirrorneuron.wire.LenientJson;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
  public static String line(JsonNode event, Output output) {
    AnsiStyle paint = output.paint();
    JobEventFacts facts = JobEventFacts.read(event);
    OfCluster reported = LenientJson.read(event, OfCluster.class);
    String type = facts.type();
    return "%s  %-14s %s%s"
        .formatted(
            paint.faint(output.clock(facts.timestamp())),
            Output.printable(
                Objects.requireNonNullElse(
                    reported.isOne() ? reported.node() : facts.agentId(), "job")),
            paint.status(Output.printable(type), status(type))
                + paint.faint(
                    reported.isOne()
                        ? shortened(reported.detail(facts.reason()))
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

  /** What is read of an event of the cluster; null and empty for what it does not tell. */
  private record OfCluster(String jobId, String node, Change state, Result result) {
    private record Change(String from, String to) {}

    private record Result(
        String status, Integer recovered, Integer failed, Map<String, Integer> counters) {}

    boolean isOne() {
      return EventPage.CLUSTER.equals(jobId);
    }

    /** What a node was and is, how far its drain is, and why. */
    String detail(String reason) {
      Map<String, Object> reported = new LinkedHashMap<>();
      if (state != null) {
        reported.put("from", state.from);
        reported.put("to", state.to);
      }
      if (result != null) {
        reported.put("status", result.status);
        reported.put("recovered", result.recovered);
        reported.put("failed", result.failed);
        OUTCOMES.forEach(name -> reported.putIfAbsent(name, result.counters.get(name)));
      }
      reported.put("reason", reason.isEmpty() ? null : reason);
      return reported.entrySet().stream()
          .filter(one -> one.getValue() != null)
          .map(one -> one.getKey() + "=" + Output.printable(one.getValue().toString()))
          .collect(Collectors.joining(" "));
    }
  }

  private static String detail(JsonNode payload, String reason) {
    String text =
        Stream.concat(Stream.of("type"), TELLING.stream())
            .filter(name -> payload.path(name).isValueNode() && payload.hasNonNull(name))
            .map(name -> name + "=" + Output.printable(payload.path(name).asText()))
            .collect(Collectors.joining(" "));
    return shortened(
        text.isEmpty() && !reason.isEmpty() ? "reason=" + Output.printable(reason) : text);
  }

  private static String shortened(String reported) {
    String text = reported;
    if (text.length() > LONGEST_DETAIL) {
      text = text.substring(0, LONGEST_DETAIL - 1) + "…";
    }
    return text.isEmpty() ? "" : "  " + text;
  }
}
