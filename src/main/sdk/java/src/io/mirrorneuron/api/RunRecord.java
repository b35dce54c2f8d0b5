package io.mirrorneuron.api;

import io.mirrorneuron.api.model.RunStreamRecord;
import java.util.Map;

/**
 * What is recorded in a run, in one shape for all channels.
 *
 * @param channel events, logs, human, resources, errors or timeline
 * @param type what it is, for example {@code human_input_requested}
 * @param payload what is particular to its type: of a question its {@code request_id} and {@code
 *     prompt}, of a log its {@code message} and {@code stream}
 * @param record all that the server sent, with {@code ts}, and {@code seq}, which is the cursor to go
 *     on behind
 */
public record RunRecord(
    String channel, String type, Map<String, Object> payload, RunStreamRecord record) {
  /** The log's own record is the payload of what the stream sends, and may have one in turn. */
  static RunRecord of(RunStreamRecord record) {
    Map<String, Object> logged = record.payload() == null ? Map.of() : record.payload();
    if (logged.get("payload") instanceof Map<?, ?> inner) {
      @SuppressWarnings("unchecked") // names of JSON are strings
      Map<String, Object> payload = (Map<String, Object>) inner;
      return new RunRecord(record.channel(), record.type(), payload, record);
    }
    return new RunRecord(record.channel(), record.type(), logged, record);
  }
}
