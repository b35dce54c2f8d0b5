package io.mirrorneuron.runtime.manifest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.manifest.graph.Nodes;
import io.mirrorneuron.runtime.manifest.graph.ProgramPlace;
import io.mirrorneuron.runtime.manifest.reading.Findings;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.runtime.manifest.shorthand.Shorthand;
import java.util.List;

/** Finds the programs of a manifest, right or wrong, and where its author wrote them. */
final class Programs {
  private Programs() {}

  static List<ProgramPlace> in(ObjectNode source) {
    Findings told = new Findings(StepForm.isUsedBy(source)); // by whoever reads all of it
    ManifestValue root = ManifestValue.root(source, told);
    Shorthand manifest = Shorthand.expand(root);
    if (!manifest.isReadable()) {
      return List.of();
    }
    return Topology.of(manifest.root()).nodes().stream()
        .filter(node -> node.find("agent_type", "agentType").asText().equals("executor"))
        .map(
            node -> {
              String id = Nodes.key(node);
              ManifestValue known = node.named(ManifestValue.shown(id));
              return new ProgramPlace(id, known, known.find("config"));
            })
        .toList();
  }
}
