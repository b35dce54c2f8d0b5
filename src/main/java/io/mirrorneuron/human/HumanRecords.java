package io.mirrorneuron.human;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runstore.Records;
import io.mirrorneuron.runstore.RunFolder;
import io.mirrorneuron.runstore.RunLog;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.Redaction;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;

/**
 * Makes human records of one run and writes them: to {@code human.jsonl}, whole, since programs
 * read their answers there; then to the event log and the timeline, secrets hidden. Used by whoever
 * holds the folder.
 *
 * @param ids unique texts
 */
record HumanRecords(RunFolder folder, HumanState state, Instant now, Supplier<String> ids) {

  ObjectNode record(HumanType type, ObjectNode payload) {
    ObjectNode run = folder.peek("run.json").orElseGet(Json::object);
    ObjectNode record = Json.object();
    record.put("ts", Json.timestamp(now));
    record.put("run_id", folder.runId());
    record.put("blueprint_id", run.path("blueprint_id").textValue());
    record.put("trace_id", traceId(run));
    record.put("span_id", "spn_" + ids.get());
    record.put("channel", "human");
    record.put("type", type.word());
    record.set("payload", payload);
    return record;
  }

  /** A run has one; where nobody made it, the first human record does. */
  private String traceId(ObjectNode run) {
    String known = run.path("trace_id").asText("");
    return !known.isEmpty()
        ? known
        : state.records().stream()
            .map(record -> record.path("trace_id").asText(""))
            .filter(id -> !id.isEmpty())
            .findFirst()
            .orElseGet(() -> "trc_" + ids.get());
  }

  /**
   * Writes them at once; whoever reads the file afterwards sees all of them.
   *
   * @return the last
   * @throws MnException TOO_LARGE when one would not be stored whole
   */
  ObjectNode write(List<ObjectNode> records) {
    for (ObjectNode record : records) {
      if (Json.canonical(record).length > Records.MAX_BYTES) {
        throw new MnException(
            ErrorCode.TOO_LARGE,
            "record_too_large",
            "what is recorded may have %d bytes".formatted(Records.MAX_BYTES));
      }
    }
    folder.append(RunLog.HUMAN, records);
    folder.append(RunLog.EVENTS, records.stream().map(Redaction::of).toList());
    folder.append(RunLog.TIMELINE, records.stream().map(HumanRecords::onTimeline).toList());
    return records.getLast();
  }

  private static ObjectNode onTimeline(ObjectNode record) {
    ObjectNode line = Redaction.of(record).deepCopy();
    line.put("version", 1);
    line.put("schema_version", "mn.timeline.v1");
    line.put("phase", "human");
    line.put("summary", summary(record));
    line.set("details", line.remove("payload"));
    line.remove("channel");
    if (line.path("blueprint_id").isNull()) {
      line.remove("blueprint_id");
    }
    return line;
  }

  private static String summary(ObjectNode record) {
    String id = HumanState.requestId(record);
    String by = HumanRequest.by(record);
    String decision = record.path("payload").path("decision").asText("");
    return switch (HumanType.of(record)) {
      case HUMAN_NOTICE_ACKNOWLEDGED -> "Notice acknowledged by " + by;
      case HUMAN_REQUEST_CLAIMED -> "Request %s claimed by %s".formatted(id, by);
      case HUMAN_REQUEST_RELEASED -> "Request %s released by %s".formatted(id, by);
      case HUMAN_APPROVAL_RECORDED -> "Request %s approved by %s".formatted(id, by);
      case HUMAN_INPUT_TIMEOUT -> "Nobody answered request %s in time".formatted(id);
      case HUMAN_INPUT_RECEIVED ->
          "Request %s answered by %s%s"
              .formatted(id, by, decision.isEmpty() ? "" : ": " + decision);
      case HUMAN_NOTICE, HUMAN_INPUT_REQUESTED, HUMAN_DECISION_APPLIED, OTHER ->
          record.path("type").asText();
    };
  }
}
