package io.mirrorneuron.wire;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * What a node tells others of itself.
 *
 * @param node as its own system summary shows it
 * @param resource its own report of what there is
 */
public record NodeRecord(ObjectNode node, ObjectNode resource) {
  public static NodeRecord read(String text) {
    return Json.read(text, NodeRecord.class, "record of a node");
  }

  /** Of a node that has told nothing of itself. */
  public static NodeRecord unreported(String name) {
    ObjectNode node = Json.object().put("name", name).putNull("drain");
    node.putObject("executor_pools");
    return new NodeRecord(node, Json.object());
  }

  public String text() {
    return Json.write(this);
  }
}
