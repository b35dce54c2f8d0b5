package io.mirrorneuron.runtime.exec.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.wire.Json;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * Starts the clock of a workflow step. Its limits are durations, which count from the moment its
 * slots are given; its program is told the points in time at which they end.
 */
public final class StepClock {
  private static final String PREFIX = "mn.workflow.";
  private static final List<String> HEADERS =
      List.of(
          "run_id",
          "step_id",
          "attempt_id",
          "attempt",
          "deadline_at",
          "heartbeat_deadline_at",
          "idempotency_key");

  private StepClock() {}

  /**
   * The execution as its program sees it: in {@code workflow} the points in time in place of the
   * durations, and the same in the headers {@code mn.workflow.*} of the message. An execution
   * without a step is returned as it is.
   *
   * @param acquiredAt milliseconds since the epoch
   */
  public static Execution start(Execution execution, long acquiredAt) {
    if (execution.workflow().isEmpty()) {
      return execution;
    }
    ObjectNode workflow = Json.object().setAll(execution.workflow());
    long timeout = millis(workflow, "timeout_ms");
    long silence = millis(workflow, "beacon_timeout_ms");
    workflow.remove(List.of("timeout_ms", "beacon_timeout_ms"));
    if (timeout > 0) {
      workflow.put("deadline_at", after(acquiredAt, timeout));
    }
    if (silence > 0) {
      workflow.put("heartbeat_deadline_at", after(acquiredAt, silence));
    }
    ObjectNode message = Json.object().setAll(execution.message());
    message.set("headers", headers(message, workflow, timeout, silence));
    return execution.reported(message, workflow);
  }

  private static ObjectNode headers(
      ObjectNode message, ObjectNode workflow, long timeout, long silence) {
    ObjectNode headers = Json.object();
    for (Map.Entry<String, JsonNode> given : message.path("headers").properties()) {
      if (!given.getKey().startsWith(PREFIX)) { // Those of the step before say nothing of this one.
        headers.set(given.getKey(), given.getValue());
      }
    }
    for (String member : HEADERS) {
      if (workflow.hasNonNull(member)) {
        headers.set(PREFIX + member, workflow.get(member));
      }
    }
    if (timeout > 0 && timeout % 1000 == 0) {
      headers.put(PREFIX + "timeout_seconds", timeout / 1000);
    } else if (timeout > 0) {
      headers.put(PREFIX + "timeout_seconds", timeout / 1000.0);
    }
    if (silence > 0) {
      headers.put(PREFIX + "heartbeat_timeout_ms", silence);
    }
    return headers;
  }

  private static long millis(ObjectNode workflow, String member) {
    return workflow.path(member).asLong(0);
  }

  private static String after(long start, long millis) {
    return Json.timestamp(Instant.ofEpochMilli(start + millis));
  }
}
