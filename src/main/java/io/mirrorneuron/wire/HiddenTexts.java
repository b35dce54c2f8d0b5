package io.mirrorneuron.wire;

import static io.mirrorneuron.wire.Redaction.REDACTED;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Hides what a launch calls secret in all that its hooks print. Texts that are secret go wherever
 * they stand, also within JSON and line by line; so does the configuration as a whole, where it has
 * secrets. Immutable.
 */
public final class HiddenTexts {
  private final List<String> texts;

  private final SecretTexts secrets;

  /**
   * @param texts as {@link #texts} answered them
   */
  public HiddenTexts(List<String> texts) {
    this.texts = List.copyOf(texts);
    this.secrets = new SecretTexts(texts);
  }

  /**
   * @param manifestJson what the launch is about to submit
   * @param configJson its configuration, as programs are told it
   */
  public static HiddenTexts of(String manifestJson, String configJson) {
    List<String> texts =
        new ArrayList<>(MarkedSecrets.of(Json.parseObject(manifestJson, "manifest")).texts());
    JsonNode config = Json.parseObject(configJson, "configuration");
    JsonNode shown = Redaction.of(config);
    if (shown != config) {
      texts.add(configJson);
      addHidden(config, shown, texts);
    }
    return new HiddenTexts(texts);
  }

  /** Texts that are secret by the names of their members. */
  private static void addHidden(JsonNode value, JsonNode shown, List<String> texts) {
    if (shown != null && shown.isTextual() && shown.textValue().equals(REDACTED)) {
      addAll(value, texts);
    } else if (shown != null && value.isContainerNode() && value.size() == shown.size()) {
      Iterator<JsonNode> beside = shown.iterator();
      value.forEach(part -> addHidden(part, beside.next(), texts));
    }
  }

  private static void addAll(JsonNode value, List<String> texts) {
    if (value.isTextual()) {
      texts.add(value.textValue());
    } else {
      value.forEach(part -> addAll(part, texts));
    }
  }

  /** What is to be kept for a server that comes later. */
  public List<String> texts() {
    return texts;
  }

  /** Whole lines, without what is secret. */
  public String hide(String lines) {
    return Redaction.of(TextNode.valueOf(secrets.hide(lines))).textValue();
  }
}
