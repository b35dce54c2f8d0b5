package io.mirrorneuron.gateway.stream;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.mirrorneuron.gateway.contract.ApiOperation.StreamSpec;
import io.mirrorneuron.wire.Json;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A page of a cursor read, {@code {"data":[{…,"seq":n},…],"next":n,"ended":b}}. Its encoded forms
 * are made once and shared by all subscribers; the records keep their bytes.
 */
final class EventBatch {
  /** Approximate limit of one write, unless a single record is larger. */
  private static final int WRITE_BYTES = 64 << 10;

  /** Key of an encoded form. */
  private record Span(Object form, int from, int to) {}

  private final List<LiveRecord> records = new ArrayList<>();
  private final Map<Span, Buffer> events = new HashMap<>();
  private final Map<Span, String> texts = new HashMap<>();
  private int length;
  private long next;
  private boolean ended;

  private EventBatch() {}

  static EventBatch of(Buffer page, StreamSpec spec) {
    EventBatch batch = new EventBatch();
    byte[] bytes = page.getBytes();
    try (JsonParser parser = Json.MAPPER.createParser(bytes)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        parser.nextToken();
        switch (name) {
          case "data" -> batch.readRecords(parser, bytes, spec);
          case "next" -> batch.next = parser.getLongValue();
          case "ended" -> batch.ended = parser.getBooleanValue();
          default -> parser.skipChildren();
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("an area answered a page that is not JSON", e);
    }
    return batch;
  }

  boolean isEmpty() {
    return records.isEmpty();
  }

  int size() {
    return records.size();
  }

  LiveRecord get(int index) {
    return records.get(index);
  }

  /** Characters of all records. */
  int length() {
    return length;
  }

  /** The cursor before the first record. */
  long start() {
    return records.isEmpty() ? next : records.getFirst().version() - 1;
  }

  long next() {
    return next;
  }

  boolean ended() {
    return ended;
  }

  /** Index of the first record after the cursor; the size when there is none. */
  int indexAfter(long cursor) {
    int low = 0;
    int high = records.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (records.get(middle).version() <= cursor) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** End index of a write that begins at {@code from}. */
  int endOfWrite(int from) {
    int bytes = records.get(from).json().length();
    int to = from + 1;
    while (to < records.size() && (bytes += records.get(to).json().length()) <= WRITE_BYTES) {
      to++;
    }
    return to;
  }

  /** The records as server-sent events. */
  Buffer events(int from, int to) {
    return events.computeIfAbsent(
        new Span(Buffer.class, from, to),
        absent -> {
          Buffer all = Buffer.buffer(length * (to - from) / records.size() + 64);
          records.subList(from, to).forEach(record -> record.appendEvent(all));
          return all;
        });
  }

  String text(LiveRecord.Form form, int from, int to) {
    return texts.computeIfAbsent(
        new Span(form, from, to), absent -> form.write(records.subList(from, to)));
  }

  private void readRecords(JsonParser parser, byte[] bytes, StreamSpec spec) throws IOException {
    while (parser.nextToken() == JsonToken.START_OBJECT) {
      int start = (int) parser.currentTokenLocation().getByteOffset();
      LiveRecord.Members members = LiveRecord.Members.read(parser, spec);
      int end = (int) parser.currentLocation().getByteOffset();
      String json = new String(bytes, start, end - start, StandardCharsets.UTF_8);
      records.add(members.record(json));
      length += json.length();
    }
  }
}
