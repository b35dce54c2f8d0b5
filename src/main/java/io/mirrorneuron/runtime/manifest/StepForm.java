package io.mirrorneuron.runtime.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.mirrorneuron.runtime.manifest.graph.Bindings;
import io.mirrorneuron.runtime.manifest.graph.ManifestHeader;
import io.mirrorneuron.runtime.manifest.graph.StepReader;
import io.mirrorneuron.runtime.manifest.reading.Findings;
import io.mirrorneuron.runtime.manifest.reading.ManifestProblem;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.runtime.manifest.reading.Members;
import io.mirrorneuron.runtime.manifest.reading.Shape;
import io.mirrorneuron.runtime.manifest.shorthand.Shorthand;
import io.mirrorneuron.runtime.workflow.StepGraph;
import io.mirrorneuron.runtime.workflow.Workflow;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The form {@code mn.workflow/v1}: a graph of steps in {@code workflow}, their agents in {@code
 * agents}, bindings between them in {@code runtime}.
 */
final class StepForm {
  private static final String FAMILY = "mn.workflow";
  private static final String VERSION = "mn.workflow/v1";
  private static final String NEXT_VERSION = "mn.workflow/v2";

  private static final Members AGENTS = Members.closed("schema", "nodes", "edges", "entrypoints");

  private final Assembly assembly;

  StepForm(Assembly assembly) {
    this.assembly = assembly;
  }

  static boolean isUsedBy(JsonNode manifest) {
    return manifest.path("apiVersion").asText().startsWith(FAMILY)
        || manifest.path("kind").asText().equals("Workflow")
        || manifest.path("workflow").isObject()
        || Shorthand.isUsedBy(manifest)
        || manifest.path("workflow_id").isTextual() && manifest.path("agents").isObject();
  }

  /** Throws all errors together. */
  Workflow read(Shorthand manifest, Findings findings) {
    ManifestValue root = manifest.root();
    root.checkMembers(
        manifest.stepsAtRoot() ? ManifestHeader.STEPS_AT_ROOT : ManifestHeader.IN_WORKFLOW);
    ManifestValue version = root.at("apiVersion");
    checkVersion(root, version);
    root.all("workflow", "agents", "flow").forEach(part -> part.check(Shape.OBJECT));
    root.all("id", "name").forEach(name -> name.check(Shape.NAME));
    root.at("agents").checkMembers(AGENTS);
    if (!version.isAbsent()) {
      tellOfOldMembers(root);
    }
    ManifestHeader header =
        ManifestHeader.read(
            root,
            root.find("graph_id", "workflow.workflow_id", "workflow_id", "id"),
            root.find("job_name", "id"),
            manifestVersion(root, version));
    Bindings bindings = new Bindings(root);
    Topology topology = Topology.inSteps(root, bindings);
    if (isEmptyWorkflow(root, topology)) {
      findings.throwIfAny();
      return header.workflow(
          (ObjectNode) root.value(),
          List.of(),
          Map.of(),
          Map.of(),
          List.of(),
          StepGraph.NONE,
          findings.warnings());
    }
    return assembly.read(
        root,
        findings,
        header,
        topology,
        nodes -> new StepReader(nodes, bindings, manifest.plainSteps()).read(root));
  }

  private static void checkVersion(ManifestValue root, ManifestValue version) {
    if (version.shown().equals(NEXT_VERSION)) {
      version.warn("apiVersion %s is read as %s".formatted(NEXT_VERSION, VERSION));
    } else if (!version.isAbsent() && !version.shown().equals(VERSION)) {
      version.error(
          ManifestProblem.UNSUPPORTED,
          "unsupported apiVersion %s: this server reads %s and %s"
              .formatted(version.shown(), VERSION, NEXT_VERSION));
    }
    ManifestValue kind = root.at("kind");
    if (!version.isAbsent() && !kind.isAbsent() && !kind.shown().equals("Workflow")) {
      kind.error(ManifestProblem.UNSUPPORTED, "kind must be Workflow: " + kind.shown());
    }
  }

  /** The original gateway copies the agents to the root; the command line leaves them in flow. */
  private static void tellOfOldMembers(ManifestValue root) {
    if (root.find("agents.nodes").value().isEmpty() || !root.find("flow.nodes").value().isEmpty()) {
      return;
    }
    String old =
        root.all("flow", "graph_id", "nodes", "edges", "entrypoints").stream()
            .filter(place -> !place.isAbsent())
            .map(ManifestValue::name)
            .collect(Collectors.joining(", "));
    if (!old.isEmpty()) {
      root.warn("%s at the root add to what agents has, and are not needed".formatted(old));
    }
  }

  private static ManifestValue manifestVersion(ManifestValue root, ManifestValue apiVersion) {
    ManifestValue given = root.at("manifest_version");
    boolean implied = given.value().isMissingNode() && !apiVersion.isAbsent();
    return implied ? given.withValue(TextNode.valueOf("1.0")) : given;
  }

  /** An explicitly empty list of nodes and nothing else that could run. */
  private static boolean isEmptyWorkflow(ManifestValue root, Topology topology) {
    return root.find("workflow.nodes").value().isArray()
        && root.find("workflow.steps").value().isEmpty()
        && topology.nodes().isEmpty();
  }
}
