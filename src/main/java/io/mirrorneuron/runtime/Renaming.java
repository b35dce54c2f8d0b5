package io.mirrorneuron.runtime;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.mirrorneuron.wire.Json;
import java.util.Map;
import java.util.Set;

/**
 * Puts the ids of one job in the place of another's, in members that are known to hold such ids.
 * Other texts stay, whatever they say. Pure; arguments are not changed.
 *
 * @param ids the new id by the old one, of jobs and runs
 */
record Renaming(Map<String, String> ids) {
  /** Members whose whole value is an id. */
  private static final Set<String> WHOLE =
      Set.of("job_id", "parent_job_id", "run_id", "blueprint_run_id", "mn.workflow.run_id");

  /** Members whose value begins with an id. */
  private static final Set<String> HEADS =
      Set.of(
          "execution_id",
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
    if (HEADS.contains(name)) {
      for (var id : ids.entrySet()) {
        if (beginsWith(value, id.getKey())) {
          return id.getValue() + value.substring(id.getKey().length());
        }
      }
    }
    return value;
  }

  /** Not when a longer id merely begins alike. */
  private static boolean beginsWith(String value, String id) {
    return value.startsWith(id)
        && (value.length() == id.length() || ".:/#".indexOf(value.charAt(id.length())) >= 0);
  }
}
