package io.mirrorneuron.wire;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.ClusterSummary;

/** Finds the node that sent a summary. */
public final class SelfNode {
  private record Node(String name, Boolean self) {}

  private SelfNode() {}

  /**
   * @throws MnException UNAVAILABLE when the summary does not say
   */
  public static String name(ClusterSummary summary) {
    for (JsonNode document : summary.nodeDocuments()) {
      Node node = LenientJson.read(document, Node.class);
      if (Boolean.TRUE.equals(node.self())) {
        return node.name();
      }
    }
    throw MnException.unavailable("the runtime does not tell which node it is", null);
  }
}
