package io.mirrorneuron.runtime.documents;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.store.NodeRegistry;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * Tells in the document of a job, as {@code reliability.observed_nodes}, which nodes were known to
 * live when it was read: those on which the job may go on. Lists name the nodes of the job there,
 * as rows are written with each commit.
 *
 * @param self the name of this node
 * @param living all owners that live; asks nobody
 */
record ObservedNodes(String self, Supplier<Set<String>> living) {

  /**
   * @param part of the document that has what the row of the job says
   * @return the same
   */
  ObjectNode tell(ObjectNode part) {
    if (part.get("reliability") instanceof ObjectNode reliability) {
      TreeSet<String> names = new TreeSet<>(Set.of(self));
      living.get().stream().map(NodeRegistry::nameOf).forEach(names::add);
      ArrayNode observed = reliability.putArray("observed_nodes");
      names.forEach(observed::add);
    }
    return part;
  }
}
