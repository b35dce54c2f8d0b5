package io.mirrorneuron.runtime.local;

import static java.util.regex.Matcher.quoteReplacement;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.mirrorneuron.wire.Json;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Replaces the ids of one job by those of another, in members that are known to hold such ids.
 * Other texts are not changed. Pure; arguments are not changed.
 *
 * @param ids the new id by the old one, of jobs and runs
 */
record Renaming(Map<String, String> ids) {
  /** Members whose whole value is an id. */
  private static final Set<String> WHOLE =
      Set.of("job_id", "parent_job_id", "run_id", "blueprint_run_id", "mn.workflow.run_id");

  /** Members whose value is made of an id and more, such as {@code lease-<job>.4.1.2}. */
  private static final Set<String> MADE =
      Set.of(
          "execution_id",
          "lease_id",
          "idempotency_key",
          "attempt_id",
          "mn.workflow.idempotency_key",
          "mn.workflow.attempt_id");

  /** The same for JSON text; a text that is none, or no object or list, stays. */
  String in(String text) {
    try {
      JsonNode json = Json.parse(text);
      return json.isContainerNode() ? Json.write(in(json)) : text;
    } catch (JsonProcessingException e) {
      return text;
    }
  }

  /** The same for each value of a map. */
  Map<String, String> inValues(Map<String, String> texts) {
    Map<String, String> renamed = new HashMap<>(texts);
    renamed.replaceAll((name, text) -> in(text));
    return renamed;
  }

  JsonNode in(JsonNode json) {
    return switch (json) {
      case ObjectNode object -> in(object);
      case ArrayNode list -> {
        ArrayNode renamed = Json.MAPPER.createArrayNode();
        list.forEach(element -> renamed.add(in(element)));
        yield renamed;
      }
      default -> json;
    };
  }

  ObjectNode in(ObjectNode object) {
    ObjectNode renamed = Json.object();
    for (var member : object.properties()) {
      renamed.set(
          member.getKey(),
          member.getValue() instanceof TextNode text
              ? TextNode.valueOf(in(member.getKey(), text.asText()))
              : in(member.getValue()));
    }
    return renamed;
  }

  private String in(String name, String value) {
    if (WHOLE.contains(name)) {
      return ids.getOrDefault(value, value);
    }
    if (MADE.contains(name)) {
      String made = value;
      for (var id : ids.entrySet()) {
        made = whole(id.getKey()).matcher(made).replaceAll(quoteReplacement(id.getValue()));
      }
      return made;
    }
    return value;
  }

  /** The id on its own, not as a part of a longer one. */
  private static Pattern whole(String id) {
    return Pattern.compile("(?<![A-Za-z0-9_.])" + Pattern.quote(id) + "(?![A-Za-z0-9_-])");
  }
}
