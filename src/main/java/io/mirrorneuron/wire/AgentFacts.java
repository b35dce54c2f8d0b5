package io.mirrorneuron.wire;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;

/**
 * The facts of a document about an agent: one that a runtime runs, or the node of an agent graph
 * that declares it. Missing facts are null.
 *
 * @param agentId its name in lists of agents, {@code nodeId} in graphs and {@code id} in bindings;
 *     manifests mix them
 * @param agentType {@code executor}, {@code router} …
 * @param type of the template that the author chose
 * @param assignedNode where it runs, as is {@code node}
 * @param processedMessages number of handled messages
 * @param mailboxDepth number of waiting messages
 * @param lastError an error object, or a text
 * @param goal of an agent that is a step by itself, as {@code action} and the following ones; see
 *     {@link ManifestFacts.Step}
 */
public record AgentFacts(
    String agentId,
    String nodeId,
    String id,
    String agentType,
    String type,
    String role,
    String alias,
    String displayName,
    String label,
    String model,
    Config config,
    String status,
    String assignedNode,
    String node,
    Long processedMessages,
    Long mailboxDepth,
    JsonNode lastError,
    Metadata metadata,
    String goal,
    String action,
    JsonNode requires,
    JsonNode provides,
    String emits,
    Map<String, JsonNode> on) {
  /** An agent without any facts. */
  public static final AgentFacts NONE = LenientJson.read(Json.object(), AgentFacts.class);

  public AgentFacts {
    config = config == null ? new Config(null, null) : config;
    metadata = metadata == null ? new Metadata(List.of()) : metadata;
  }

  public static AgentFacts read(JsonNode json) {
    return LenientJson.read(json, AgentFacts.class);
  }

  /** The agent as a step. */
  public ManifestFacts.Step step(String stepId) {
    return new ManifestFacts.Step(
        stepId, null, label, displayName, alias, goal, action, requires, provides, emits, on);
  }

  public record Config(String model, String llmModel) {}

  /**
   * @param outboundEdges ids of the agents that it sends to
   */
  public record Metadata(List<String> outboundEdges) {}
}
