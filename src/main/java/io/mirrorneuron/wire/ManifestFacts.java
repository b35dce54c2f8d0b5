package io.mirrorneuron.wire;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.wire.GraphFacts.EdgeFacts;
import java.util.List;
import java.util.Map;

/**
 * The facts of a manifest for views of a job: names, steps, and their workers. This runtime may not
 * accept the manifest. Missing facts are null.
 *
 * @param workflow the problem graph; older manifests have it as {@code flow}
 */
public record ManifestFacts(
    String name,
    String jobName,
    String description,
    String id,
    String graphId,
    String workflowId,
    Metadata metadata,
    Problem workflow,
    Flow flow,
    Runtime runtime) {

  public ManifestFacts {
    metadata = metadata == null ? new Metadata(null, null, null) : metadata;
    workflow = workflow == null ? new Problem(null, List.of(), List.of()) : workflow;
    flow = flow == null ? new Flow(List.of(), null) : flow;
    runtime = runtime == null ? new Runtime(Map.of()) : runtime;
  }

  public static ManifestFacts read(JsonNode json) {
    return LenientJson.read(json, ManifestFacts.class);
  }

  public record Metadata(String name, String description, GraphFacts agentTemplates) {
    public Metadata {
      agentTemplates = agentTemplates == null ? GraphFacts.NONE : agentTemplates;
    }
  }

  public record Problem(String workflowId, List<Step> steps, List<EdgeFacts> edges) {}

  public record Flow(List<Step> steps, GraphFacts graph) {
    public Flow {
      graph = graph == null ? GraphFacts.NONE : graph;
    }
  }

  /**
   * @param bindings worker of each {@code run}: an id, a worker, or an object with {@code worker}
   *     or {@code workers}
   */
  public record Runtime(Map<String, JsonNode> bindings) {}

  /**
   * @param requires a text or a list of texts, as are {@code provides} and each of {@code on}
   * @param emits the event of its completion
   * @param on the steps to start, by event
   */
  public record Step(
      String id,
      String run,
      String label,
      String displayName,
      String alias,
      String goal,
      String action,
      JsonNode requires,
      JsonNode provides,
      String emits,
      Map<String, JsonNode> on) {}
}
