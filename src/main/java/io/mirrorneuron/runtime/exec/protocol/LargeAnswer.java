package io.mirrorneuron.runtime.exec.protocol;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.mirrorneuron.wire.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * An answer that does not fit into the memory that a program may take. Its large values are cut out
 * as they were printed, and references put into their places; what is left is an answer as others.
 */
final class LargeAnswer {
  /** Bytes above which a value is cut out. */
  private static final int PART_BYTES = 1 << 20;

  private static final Set<String> OUTPUTS =
      Set.of("complete_step", "complete_run", "complete_job", "complete_job?");
  private static final Set<String> BODIES = Set.of("body", "payload");

  private final FileChannel file;
  private final List<FileSlice> values = new ArrayList<>();

  /** Whether a member has been seen that has a meaning: else it is JSON as any. */
  private boolean meant;

  private LargeAnswer(FileChannel file) {
    this.file = file;
  }

  /**
   * The answer with references.
   *
   * @param most bytes that it may have then
   * @throws com.fasterxml.jackson.core.JsonProcessingException when it is not one JSON object with
   *     a member that has a meaning
   * @throws TooMuch when it has more
   */
  static String reduced(FileChannel file, int most, PrintedAnswer.Keeper keeper)
      throws IOException, TooMuch {
    var answer = new LargeAnswer(file);
    try (JsonParser parser = Json.MAPPER.getFactory().createParser(FileSlice.all(file).open())) {
      answer.read(parser);
    }
    List<FileSlice> large =
        answer.values.stream().filter(value -> value.length() > PART_BYTES).toList();
    long left = file.size() - large.stream().mapToLong(FileSlice::length).sum();
    if (left > most) {
      throw new TooMuch(left);
    }
    var text = new ByteArrayOutputStream();
    long at = 0;
    for (FileSlice value : large) {
      new FileSlice(file, at, value.from()).open().transferTo(text);
      String reference = keeper.keep(value.open());
      text.writeBytes(reference.getBytes(StandardCharsets.UTF_8));
      at = value.to();
    }
    new FileSlice(file, at, file.size()).open().transferTo(text);
    return text.toString(StandardCharsets.UTF_8);
  }

  /** Without its large values it is still too large. */
  static final class TooMuch extends Exception {
    private static final long serialVersionUID = 1L;
    private final long bytes;

    TooMuch(long bytes) {
      super(bytes + " bytes are left");
      this.bytes = bytes;
    }

    long bytes() {
      return bytes;
    }
  }

  private void read(JsonParser parser) throws IOException {
    parser.nextToken(); // the object
    JsonToken token = parser.nextToken();
    while (token == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      meant |= StdoutProtocol.isMember(name);
      if (OUTPUTS.contains(name)) {
        token = value(parser);
      } else {
        parser.nextToken();
        if (name.equals("emit_messages")) {
          messages(parser);
        }
        parser.skipChildren();
        token = parser.nextToken();
      }
    }
    if (parser.nextToken() != null) {
      throw new JsonParseException(parser, "more follows the object");
    }
    if (!meant) {
      throw new JsonParseException(parser, "nothing is asked of the engine");
    }
  }

  /** Stands on the list or on the one message; and on its last token afterwards. */
  private void messages(JsonParser parser) throws IOException {
    if (parser.currentToken() == JsonToken.START_OBJECT) {
      message(parser);
    } else if (parser.currentToken() == JsonToken.START_ARRAY) {
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        if (parser.currentToken() == JsonToken.START_OBJECT) {
          message(parser);
        } else {
          parser.skipChildren();
        }
      }
    }
  }

  private void message(JsonParser parser) throws IOException {
    JsonToken token = parser.nextToken();
    while (token == JsonToken.FIELD_NAME) {
      if (BODIES.contains(parser.currentName())) {
        token = value(parser);
      } else {
        parser.nextToken();
        parser.skipChildren();
        token = parser.nextToken();
      }
    }
  }

  /** Notes where the value of the member lies; answers the token after it. */
  private JsonToken value(JsonParser parser) throws IOException {
    parser.nextToken();
    long from = parser.currentTokenLocation().getByteOffset();
    parser.skipChildren();
    JsonToken next = parser.nextToken();
    long to = parser.currentTokenLocation().getByteOffset();
    values.add(new FileSlice(file, from, end(from, to)));
    return next;
  }

  /** Without blanks and comma. */
  private long end(long from, long to) throws IOException {
    ByteBuffer one = ByteBuffer.allocate(1);
    long end = to;
    while (end > from) {
      file.read(one.clear(), end - 1);
      byte last = one.get(0);
      if (last != ',' && last != ' ' && last != '\n' && last != '\r' && last != '\t') {
        return end;
      }
      end--;
    }
    return end;
  }
}
