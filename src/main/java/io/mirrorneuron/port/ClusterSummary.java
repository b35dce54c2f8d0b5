package io.mirrorneuron.port;

import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * The nodes of a runtime, its latest jobs and its counts. As {@link JobDetail}, it keeps the JSON
 * that the runtime wrote, which goes on to clients, and is the one place that reads it by name.
 * Nobody changes the JSON, so it is immutable.
 *
 * @param json {@code {nodes, jobs, metrics}}
 */
public record ClusterSummary(@JsonValue ObjectNode json) {

  /** Empty when the runtime lists none. */
  public List<ClusterNode> nodes() {
    return items("nodes").stream().flatMap(ClusterSummary::each).map(ClusterNode::of).toList();
  }

  /** The nodes as they are shown. */
  public Optional<ArrayNode> nodeDocuments() {
    return items("nodes");
  }

  /** The status of each node; absent when the runtime does not list its nodes. */
  public Optional<List<String>> nodeStatuses() {
    return statuses("nodes");
  }

  /** The status of each listed job; absent when the runtime does not list its jobs. */
  public Optional<List<String>> jobStatuses() {
    return statuses("jobs");
  }

  /** The runtime's own counts; missing when it has none. */
  public JsonNode metrics() {
    return json.path("metrics");
  }

  private Optional<List<String>> statuses(String name) {
    return items(name).map(items -> each(items).map(ClusterSummary::status).toList());
  }

  /** A list, or the list within an object. */
  private Optional<ArrayNode> items(String name) {
    JsonNode found = json.get(name);
    if (found instanceof ObjectNode object) {
      found = object.has("data") ? object.get("data") : object.get("items");
    }
    return found instanceof ArrayNode array ? Optional.of(array) : Optional.empty();
  }

  private static Stream<JsonNode> each(ArrayNode items) {
    return StreamSupport.stream(items.spliterator(), false);
  }

  private static String status(JsonNode item) {
    for (String name : new String[] {"status", "state", "health"}) {
      JsonNode value = item.path(name);
      JsonNode text =
          value.isObject()
              ? (value.has("status") ? value.get("status") : value.path("state"))
              : value;
      if (text.isTextual() && !text.textValue().isBlank()) {
        return text.textValue();
      }
    }
    return "unknown";
  }
}
