package io.mirrorneuron.gateway;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/**
 * The contract as the page for people shows it. That page fills each parameter that has an example
 * in, and sends it: a list would have filters that nobody asked for, and a second submission the
 * key of the first. So examples of parameters that may be left out stand in their descriptions. Its
 * commands are for the address at which the page was asked for.
 */
final class PageContract {
  /** As the published contract has it, for a server as it is delivered. */
  static final String USUAL = "http://localhost:54001";

  private PageContract() {}

  /**
   * @param json the published contract
   * @param address of this server for who asks, as {@code https://mn.example:8443}
   */
  static Buffer of(Buffer json, String address) {
    JsonObject document = json.toJsonObject();
    emptyOptions(document);
    JsonObject info = document.getJsonObject("info");
    info.put("description", info.getString("description").replace(USUAL, address));
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
