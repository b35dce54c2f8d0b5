package io.mirrorneuron.wire;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A node's description of itself for other nodes.
 *
 * @param node from its own system summary
 * @param resource its own capacity report
 */
public record NodeRecord(ObjectNode node, ObjectNode resource) {
  public static NodeRecord read(String text) {
    return Json.read(text, NodeRecord.class, "record of a node");
  }

  public static NodeRecord unreported(String name) {
    ObjectNode node = Json.object().put("name", name).putNull("drain");
    node.putObject("executor_pools");
    return new NodeRecord(node, Json.object());
  }

  public String text() {
    return Json.write(this);
  }
}
