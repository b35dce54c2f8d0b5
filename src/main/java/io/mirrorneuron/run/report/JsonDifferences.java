package io.mirrorneuron.run.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.run.folder.Records;
import io.mirrorneuron.wire.Json;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Where the documents of several runs differ: {@code {pointer, values}}, the values by run; a run
 * without the value is not among them. Pointers are those of RFC 6901.
 */
final class JsonDifferences {
  private static final int MOST = 200;
  private static final int VALUE_CHARS = 2000;

  private final ArrayNode found = Json.MAPPER.createArrayNode();

  private JsonDifferences() {}

  /**
   * @param documents by run
   * @return so many at most as an answer takes
   */
  static ArrayNode of(Map<String, ? extends JsonNode> documents) {
    JsonDifferences differences = new JsonDifferences();
    differences.compare("", new LinkedHashMap<>(documents));
    return differences.found;
  }

  private void compare(String pointer, Map<String, JsonNode> nodes) {
    if (found.size() == MOST || nodes.values().stream().distinct().count() < 2) {
      return;
    }
    if (nodes.values().stream().allMatch(JsonNode::isObject)) {
      Set<String> names =
          nodes.values().stream()
              .flatMap(node -> node.properties().stream().map(Map.Entry::getKey))
              .collect(Collectors.toCollection(TreeSet::new));
      names.forEach(name -> compare(pointer + "/" + escaped(name), each(nodes, n -> n.path(name))));
    } else if (nodes.values().stream().allMatch(JsonNode::isArray)) {
      int longest = nodes.values().stream().mapToInt(JsonNode::size).max().orElse(0);
      for (int i = 0; i < longest && found.size() < MOST; i++) {
        int index = i;
        compare(pointer + "/" + i, each(nodes, node -> node.path(index)));
      }
    } else {
      ObjectNode values = Json.object();
      nodes.forEach(
          (run, node) -> {
            if (!node.isMissingNode()) {
              values.set(run, shown(node));
            }
          });
      found.addObject().put("pointer", pointer).set("values", values);
    }
  }

  private static Map<String, JsonNode> each(
      Map<String, JsonNode> nodes, Function<JsonNode, JsonNode> part) {
    Map<String, JsonNode> parts = new LinkedHashMap<>();
    nodes.forEach(
        (run, node) -> {
          JsonNode found = part.apply(node);
          parts.put(run, found == null ? MissingNode.getInstance() : found);
        });
    return parts;
  }

  private static String escaped(String name) {
    return name.replace("~", "~0").replace("/", "~1");
  }

  private static JsonNode shown(JsonNode node) {
    String text = Records.write(node);
    return text.length() <= VALUE_CHARS
        ? node
        : Json.object()
            .put("truncated", true)
            .put("chars", text.length())
            .put("preview", text.substring(0, VALUE_CHARS));
  }
}
