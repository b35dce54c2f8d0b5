package io.mirrorneuron.runtime.grpc;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.port.JobDetail;
import io.mirrorneuron.port.JobPage;
import io.mirrorneuron.wire.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/**
 * Keeps answers within the limits of existing clients: 4 MiB a message, 1 MB a job detail.
 * Omissions are always marked.
 */
final class AnswerBudget {
  /** The limit of clients, minus room for the message's framing. */
  static final int MESSAGE_BYTES = 4 * 1024 * 1024 - 4096;

  static final int DETAIL_BYTES = 1_000_000;

  private static final int LAST_RESORT_ITEMS = 25;
  private static final int LONGEST_TEXT = 2048;
  private static final Set<String> STEP_MEMBERS =
      Set.of(
          "id",
          "label",
          "status",
          "required",
          "attempt_count",
          "max_attempts",
          "started_at",
          "ended_at",
          "last_event_at",
          "retry_at",
          "deadline_at",
          "terminal_reason");

  private AnswerBudget() {}

  /**
   * The detail as text; beyond the budget recent events are dropped first, then ledgers, then the
   * rest.
   */
  static String detail(JobDetail whole) {
    ObjectNode detail = whole.json();
    String text = Json.write(detail);
    if (bytes(text) <= DETAIL_BYTES) {
      return text;
    }
    ObjectNode slim = detail.deepCopy();
    slim.putArray("recent_events");
    slim.withObject("/summary").put("detail_truncated", true);
    text = Json.write(slim);
    if (bytes(text) <= DETAIL_BYTES) {
      return text;
    }
    ObjectNode job = slim.withObject("/job");
    if (job.get("workflow_state") instanceof ObjectNode ledger) {
      job.set("workflow_state", minimalLedger(ledger));
    }
    for (String large : List.of("manifest", "result", "runtime_topology", "topology")) {
      if (bytes(text) > DETAIL_BYTES) {
        job.remove(large);
        text = Json.write(slim);
      }
    }
    return bytes(text) <= DETAIL_BYTES ? text : Json.write(lastResort(slim));
  }

  static boolean fits(JobPage page) {
    return bytes(Json.write(page)) <= MESSAGE_BYTES;
  }

  /** The rows of the page that fit. */
  static String rows(JobPage page) {
    String text = Json.write(page);
    return bytes(text) <= MESSAGE_BYTES ? text : rows(Json.parseObject(text, "page"), "data");
  }

  /** The rows of {@code array} that fit beside the rest of {@code document}. */
  static String rows(ObjectNode document, String array) {
    String text = Json.write(document);
    if (bytes(text) <= MESSAGE_BYTES || !(document.get(array) instanceof ArrayNode rows)) {
      return text;
    }
    ObjectNode cut = document.deepCopy();
    ArrayNode kept = cut.putArray(array);
    cut.put("truncated", true);
    if (array.equals("jobs")) {
      cut.put("jobs_truncated", true); // as the summary says it
    }
    int left = MESSAGE_BYTES - bytes(Json.write(cut));
    for (JsonNode row : rows) {
      left -= bytes(Json.write(row)) + 1;
      if (left < 0) {
        break;
      }
      kept.add(row);
    }
    return Json.write(cut);
  }

  /** The event, reduced to its scalar members when it exceeds the message limit. */
  static String event(String json) {
    if (json.length() <= MESSAGE_BYTES / 3 || bytes(json) <= MESSAGE_BYTES) {
      return json;
    }
    ObjectNode head = scalars(Json.parseObject(json, "event"));
    return Json.write(head.put("truncated", true));
  }

  private static ObjectNode minimalLedger(ObjectNode ledger) {
    ObjectNode minimal = scalars(ledger);
    ObjectNode steps = minimal.putObject("steps");
    for (var step : ledger.path("steps").properties()) {
      if (step.getValue() instanceof ObjectNode full) {
        steps.set(step.getKey(), scalars(full).retain(STEP_MEMBERS));
      }
    }
    return minimal;
  }

  private static ObjectNode lastResort(ObjectNode detail) {
    JsonNode job = detail.path("job");
    ObjectNode rest = Json.object();
    rest.set("job", scalars(job));
    rest.withObject("/job").put("workflow_step_count", job.at("/workflow_state/steps").size());
    rest.set("summary", scalars(detail.path("summary")).put("detail_truncated", true));
    for (String list : List.of("agents", "sandboxes")) {
      ArrayNode kept = rest.putArray(list);
      for (JsonNode item : detail.path(list)) {
        if (kept.size() < LAST_RESORT_ITEMS) {
          kept.add(scalars(item));
        }
      }
    }
    rest.putArray("recent_events");
    return rest;
  }

  /** Members that are no objects, lists or long texts. */
  private static ObjectNode scalars(JsonNode node) {
    ObjectNode plain = Json.object();
    for (var member : node.properties()) {
      JsonNode value = member.getValue();
      if (value.isValueNode() && value.asText().length() <= LONGEST_TEXT) {
        plain.set(member.getKey(), value);
      }
    }
    return plain;
  }

  private static int bytes(String text) {
    return text.length() > MESSAGE_BYTES
        ? text.length()
        : text.getBytes(StandardCharsets.UTF_8).length;
  }
}
