package io.mirrorneuron.runtime.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.Json;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The form {@code mn.workflow/v1}, a graph of steps. Only the workflow without any is read. */
final class StepForm {
  private static final String VERSION = "mn.workflow/v1";

  private StepForm() {}

  /** A manifest without any graph is left to the other form, whose errors say what is missing. */
  static boolean isUsedBy(ObjectNode manifest) {
    boolean marked =
        manifest.path("apiVersion").asText().startsWith("mn.workflow/")
            || manifest.path("kind").asText().equals("Workflow")
            || manifest.path("workflow").isObject()
            || manifest.hasNonNull("workflow_id") && manifest.path("agents").isObject();
    return marked && Stream.of("workflow", "agents", "nodes").anyMatch(manifest::hasNonNull);
  }

  /** Throws all errors together. */
  static Workflow read(Place root, Findings findings) {
    ObjectNode source = (ObjectNode) root.value();
    if (!isEmptyWorkflow(source)) {
      root.error(
          Problem.FORM,
          VERSION
              + " manifests (apiVersion, kind Workflow or a workflow member) cannot run on this"
              + " server: describe the graph with nodes and edges at the root");
      findings.throwIfAny();
    }
    Header header = Header.read(Place.root(lowered(source), findings));
    findings.throwIfAny();
    return header.workflow(
        source, List.of(), Map.of(), Map.of(), List.of(), StepGraph.NONE, findings.warnings());
  }

  /** An explicitly empty list of nodes and nothing else that could run. */
  private static boolean isEmptyWorkflow(ObjectNode source) {
    JsonNode nodes = source.path("workflow").path("nodes");
    return nodes.isArray()
        && nodes.isEmpty()
        && source.path("workflow").path("steps").isEmpty()
        && source.path("agents").isEmpty()
        && source.path("nodes").isEmpty();
  }

  /** With the members that both forms need and this one says elsewhere or leaves out. */
  private static ObjectNode lowered(ObjectNode source) {
    ObjectNode lowered = Json.object();
    lowered.setAll(source);
    JsonNode workflowId = source.get("workflow").get("workflow_id");
    lowered.set("graph_id", workflowId == null ? source.get("id") : workflowId);
    if (!source.hasNonNull("job_name") && source.path("id").isTextual()) {
      lowered.set("job_name", source.get("id"));
    }
    if (!source.has("manifest_version") && source.path("apiVersion").asText().equals(VERSION)) {
      lowered.put("manifest_version", "1.0");
    }
    return lowered;
  }
}
