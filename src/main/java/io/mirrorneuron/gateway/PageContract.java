package io.mirrorneuron.gateway;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/**
 * The contract as the page for people shows it. That page fills each parameter that has an example
 * in, and sends it: a list would have filters that nobody asked for, and a second submission the
 * key of the first. So examples of parameters that may be left out stand in their descriptions.
 */
final class PageContract {
  private PageContract() {}

  /**
   * @param json the published contract
   */
  static Buffer of(Buffer json) {
    JsonObject document = json.toJsonObject();
    emptyOptions(document);
    return document.toBuffer();
  }

  private static void emptyOptions(Object node) {
    if (node instanceof JsonObject object) {
      if (isOption(object)) {
        String example = "Example: `" + object.remove("example") + "`";
        String text = object.getString("description");
        object.put("description", text == null ? example : text + "\n\n" + example);
      }
      object.forEach(member -> emptyOptions(member.getValue()));
    } else if (node instanceof JsonArray list) {
      list.forEach(PageContract::emptyOptions);
    }
  }

  private static boolean isOption(JsonObject object) {
    return object.getValue("in") instanceof String
        && object.getValue("schema") instanceof JsonObject
        && object.containsKey("example")
        && !object.getBoolean("required", false);
  }
}
