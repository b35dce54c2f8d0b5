package io.mirrorneuron.wire;

import static io.mirrorneuron.wire.Redaction.REDACTED;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Hides the secrets of a launch in the output of its hooks. Secret texts are hidden everywhere,
 * also within JSON and line by line; a configuration that has secrets is hidden as a whole, too.
 * Immutable.
 */
public final class LaunchSecrets {
  private final List<String> texts;

  private final SecretTexts secrets;

  /**
   * @param texts from {@link #texts}
   */
  public LaunchSecrets(List<String> texts) {
    this.texts = List.copyOf(texts);
    this.secrets = new SecretTexts(texts);
  }

  /**
   * @param manifestJson that the launch is about to submit
   * @param configJson its configuration, as programs get it
   */
  public static LaunchSecrets of(String manifestJson, String configJson) {
    List<String> texts =
        new ArrayList<>(MarkedSecrets.of(Json.parseObject(manifestJson, "manifest")).texts());
    JsonNode config = Json.parseObject(configJson, "configuration");
    JsonNode shown = Redaction.of(config);
    if (shown != config) {
      texts.add(configJson);
      addHidden(config, shown, texts);
    }
    return new LaunchSecrets(texts);
  }

  /** Adds texts that are secret by the names of their members. */
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

  /** The texts, to restore this object in a later server process. */
  public List<String> texts() {
    return texts;
  }

  /** Whole lines without secrets. */
  public String hide(String lines) {
    return Redaction.of(TextNode.valueOf(secrets.hide(lines))).textValue();
  }
}
