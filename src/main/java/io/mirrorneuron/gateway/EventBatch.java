package io.mirrorneuron.gateway;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;

/**
 * A page of a cursor read, {@code {"data":[{…,"seq":n},…],"next":n,"ended":b}}, as server-sent
 * events. The records keep their bytes; they are made once and shared by all who follow the stream.
 */
final class EventBatch {
  private static final JsonFactory JSON = new JsonFactory();

  private final Buffer frames = Buffer.buffer();
  private long[] ids = new long[16];
  private int[] starts = new int[16];
  private int size;
  private long next;
  private boolean ended;

  private EventBatch() {}

  static EventBatch of(Buffer page) {
    EventBatch batch = new EventBatch();
    byte[] bytes = page.getBytes();
    try (JsonParser parser = JSON.createParser(bytes)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        parser.nextToken();
        switch (name) {
          case "data" -> batch.readRecords(parser, bytes);
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

  /** Frames of the records behind the cursor; empty when there are none. */
  Buffer after(long cursor) {
    int found = Arrays.binarySearch(ids, 0, size, cursor);
    int from = found >= 0 ? found + 1 : -found - 1;
    return from == 0
        ? frames
        : from == size ? Buffer.buffer() : frames.slice(starts[from], frames.length());
  }

  boolean isEmpty() {
    return size == 0;
  }

  int length() {
    return frames.length();
  }

  long next() {
    return next;
  }

  boolean ended() {
    return ended;
  }

  private void readRecords(JsonParser parser, byte[] bytes) throws IOException {
    while (parser.nextToken() == JsonToken.START_OBJECT) {
      int start = (int) parser.currentTokenLocation().getByteOffset();
      long id = readRecord(parser);
      int end = (int) parser.currentLocation().getByteOffset();
      append(id, bytes, start, end);
    }
  }

  /** Leaves the parser at the end of the record; the id is its {@code seq}. */
  private static long readRecord(JsonParser parser) throws IOException {
    long id = 0;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      boolean isId = parser.currentName().equals("seq");
      parser.nextToken();
      if (isId) {
        id = parser.getLongValue();
      } else {
        parser.skipChildren();
      }
    }
    return id;
  }

  private void append(long id, byte[] bytes, int start, int end) {
    if (size == ids.length) {
      ids = Arrays.copyOf(ids, size * 2);
      starts = Arrays.copyOf(starts, size * 2);
    }
    ids[size] = id;
    starts[size] = frames.length();
    size++;
    frames.appendString("id: ").appendString(Long.toString(id)).appendString("\ndata: ");
    // A line end between tokens would end the data line; within a string JSON has none.
    for (int i = start; i < end; i++) {
      if (bytes[i] == '\n' || bytes[i] == '\r') {
        bytes[i] = ' ';
      }
    }
    frames.appendBytes(bytes, start, end - start).appendString("\n\n");
  }
}
