package io.mirrorneuron.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.regex.Pattern;

/**
 * Addresses that programs write and browsers follow. Only {@code http} and {@code https} are safe:
 * {@code javascript:} and {@code data:} would act in the name of the user.
 */
public final class WebAddress {
  private static final Pattern WEB = Pattern.compile("(?i)https?://\\S+");
  private static final Pattern SCHEME = Pattern.compile("(?i)[a-z][a-z0-9+.-]*:.*");

  /** Browsers remove these characters before they look for a scheme. */
  private static final Pattern NOT_SEEN = Pattern.compile("[\\x00-\\x20]+");

  private static final Pattern MEMBER =
      Pattern.compile("(?i)(.*_)?(url|uri|href|link|src|source|iframe)s?");

  private WebAddress() {}

  /** Whether the scheme is http or https. */
  public static boolean isWeb(String address) {
    return WEB.matcher(address).matches();
  }

  /** The address of a page; empty unless it is http or https. */
  public static String ofPage(String address) {
    return address != null && isWeb(address.strip()) ? address.strip() : "";
  }

  /** The document with all addresses of other schemes emptied. */
  public static ObjectNode harmless(ObjectNode document) {
    clear("", document);
    return document;
  }

  private static JsonNode clear(String member, JsonNode value) {
    if (value instanceof ObjectNode object) {
      object.properties().forEach(one -> one.setValue(clear(one.getKey(), one.getValue())));
    } else if (value instanceof ArrayNode list) {
      for (int i = 0; i < list.size(); i++) {
        list.set(i, clear(member, list.get(i)));
      }
    } else if (value.isTextual() && MEMBER.matcher(member).matches()) {
      String seen = NOT_SEEN.matcher(value.textValue()).replaceAll("");
      boolean isHarmless = !SCHEME.matcher(seen).matches() || isWeb(seen);
      return isHarmless ? value : TextNode.valueOf("");
    }
    return value;
  }
}
