package io.mirrorneuron.golden;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.vertx.core.json.Json;
import java.util.ArrayList;
import java.util.List;

/** Messages of protobuf as text: a line for each field, JSON on a line of its own. */
final class GrpcText {
  private GrpcText() {}

  static void write(String title, Message message, StringBuilder text) {
    text.append(title).append("{\n");
    message.getAllFields().forEach((field, value) -> write(field, value, text));
    text.append("}\n");
  }

  private static void write(FieldDescriptor field, Object value, StringBuilder text) {
    text.append(field.getName()).append(": ");
    switch (value) {
      case String json when field.getName().endsWith("_json") ->
          text.append('\n').append(json).append('\n');
      case String words -> text.append(Json.encode(words)).append('\n');
      case List<?> entries -> entries.forEach(entry -> text.append(entry(entry)).append('\n'));
      default -> text.append(value).append('\n');
    }
  }

  private static String entry(Object entry) {
    if (!(entry instanceof Message pair)) {
      return String.valueOf(entry);
    }
    List<Object> both = new ArrayList<>(pair.getAllFields().values());
    Object value = both.getLast();
    String shown = value instanceof ByteString bytes ? bytes.toStringUtf8() : String.valueOf(value);
    return "\n" + both.getFirst() + " = " + Json.encode(shown);
  }
}
