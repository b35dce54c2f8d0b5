package io.mirrorneuron.gateway.stream;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.mirrorneuron.gateway.contract.ApiOperation.StreamSpec;
import io.mirrorneuron.wire.Json;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;

/**
 * One record of a stream.
 *
 * @param version its {@code seq}: the cursor after it
 * @param id its public id, a number or a text; null when there is none
 * @param event its kind; null when the stream has none
 * @param type as the record states it; null when it does not
 * @param occurredAt as the record states it; null when it does not
 * @param json the record itself, on one line
 */
record LiveRecord(
    long version, Object id, String event, String type, String occurredAt, String json) {

  /** An encoding of records as one text. Equal forms make equal texts, so these can be shared. */
  @FunctionalInterface
  interface Form {
    String write(List<LiveRecord> records);
  }

  /** {@code {"event":…,"id":…,"data":…}} */
  static final Form FRAME = records -> records.getFirst().frame();

  /** {@code {"event":"batch","data":[…]}} with the frames of all. */
  static final Form BATCH =
      records ->
          records.stream()
              .map(LiveRecord::frame)
              .collect(Collectors.joining(",", "{\"event\":\"batch\",\"data\":[", "]}"));

  /** The message to a subscriber of the topic, {@code {"id":…,"topic":…,"patch":…,…}}. */
  record Patch(String topic) implements Form {
    @Override
    public String write(List<LiveRecord> records) {
      return records.getFirst().patch(topic);
    }
  }

  void appendEvent(Buffer to) {
    if (id != null) {
      to.appendString("id: ").appendString(line(id.toString())).appendString("\n");
    }
    if (event != null) {
      to.appendString("event: ").appendString(line(event)).appendString("\n");
    }
    to.appendString("data: ").appendString(json).appendString("\n\n");
  }

  private String frame() {
    return "{\"event\":"
        + Json.write(event == null ? "message" : event)
        + ",\"id\":"
        + Json.write(id)
        + ",\"data\":"
        + json
        + "}";
  }

  private String patch(String topic) {
    return "{\"id\":"
        + Json.write(id)
        + ",\"topic\":"
        + Json.write(topic)
        + ",\"type\":"
        + Json.write(type == null ? event : type)
        + ",\"version\":"
        + version
        + ",\"occurredAt\":"
        + Json.write(occurredAt)
        + ",\"patch\":"
        + json
        + "}";
  }

  /** Removes characters that a line of a stream cannot contain. */
  private static String line(String text) {
    return text.replaceAll("[\\r\\n\\x00]", " ");
  }

  /** The members of a record that the gateway uses. */
  static final class Members {
    private long version;
    private Object id;
    private String event;
    private String type;
    private String occurredAt;

    /** Leaves the parser at the end of the record. */
    static Members read(JsonParser parser, StreamSpec spec) throws IOException {
      Members members = new Members();
      members.event = spec.eventName();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        JsonToken value = parser.nextToken();
        if (value.isScalarValue() && value != JsonToken.VALUE_NULL) {
          members.note(name, value, parser, spec);
        } else {
          parser.skipChildren();
        }
      }
      return members;
    }

    private void note(String name, JsonToken value, JsonParser parser, StreamSpec spec)
        throws IOException {
      if (name.equals("seq") && value == JsonToken.VALUE_NUMBER_INT) {
        version = parser.getLongValue();
      }
      if (name.equals(spec.id())) {
        id = value == JsonToken.VALUE_NUMBER_INT ? parser.getNumberValue() : parser.getText();
      }
      if (name.equals(spec.eventMember())) {
        event = parser.getText();
      }
      switch (name) {
        case "type" -> type = parser.getText();
        case "timestamp", "ts", "generated_at" -> occurredAt = parser.getText();
        default -> {}
      }
    }

    LiveRecord record(String json) {
      // A line end between tokens would end the data line; within a string JSON has none.
      return new LiveRecord(
          version, id, event, type, occurredAt, json.replace('\n', ' ').replace('\r', ' '));
    }
  }
}
