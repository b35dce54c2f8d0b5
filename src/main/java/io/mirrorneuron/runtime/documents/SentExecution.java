package io.mirrorneuron.runtime.documents;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.FolderDemands;
import io.mirrorneuron.runtime.workflow.ResourceRequest;
import io.mirrorneuron.runtime.workflow.Scheduling.QueueRank;
import io.mirrorneuron.wire.ArtifactRef;
import io.mirrorneuron.wire.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;

/**
 * An execution in transit to another node: the runner's complete input, with the fingerprint of the
 * payload files in place of their folder.
 */
public record SentExecution(
    String executionId,
    String jobId,
    String runId,
    String agentId,
    String agentType,
    String templateType,
    ObjectNode config,
    ObjectNode message,
    JsonNode agentState,
    ObjectNode workflow,
    ObjectNode inputs,
    ObjectNode resources,
    ResourceRequest request,
    String bundle,
    boolean plain,
    int attempt,
    QueueRank rank) {

  private static SentExecution of(Execution one) {
    return new SentExecution(
        one.executionId(),
        one.jobId(),
        one.runId(),
        one.agentId(),
        one.agentType(),
        one.templateType(),
        one.config(),
        one.message(),
        one.agentState(),
        one.workflow(),
        one.inputs(),
        one.resources(),
        one.request(),
        one.payloads() == null ? null : one.payloads().getFileName().toString(),
        one.plain(),
        one.attempt(),
        one.rank());
  }

  public static byte[] bytes(Execution one) {
    return Json.write(of(one)).getBytes(StandardCharsets.UTF_8);
  }

  /**
   * @throws io.mirrorneuron.model.MnException MALFORMED when the bytes are no such record
   */
  public static SentExecution read(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    return Json.read(text, SentExecution.class, "execution");
  }

  /**
   * The execution for the runner of this node.
   *
   * @param bundles folder of payload files here by their fingerprint
   */
  public Execution here(Function<String, Path> bundles) {
    return new Execution(
        executionId,
        jobId,
        runId,
        agentId,
        agentType,
        templateType,
        config,
        message,
        agentState == null ? NullNode.getInstance() : agentState,
        workflow,
        inputs,
        resources,
        request,
        bundle == null ? null : bundles.apply(bundle),
        FolderDemands.NONE,
        plain,
        attempt,
        rank,
        Execution.Placing.HERE);
  }

  /**
   * Why the execution can run only on the node of its job; empty when other nodes can run it too.
   */
  public static Optional<String> bond(Execution one) {
    if (!one.placing().isRepeatable()) {
      return Optional.of("it may not simply run again when its node dies");
    }
    if (!one.demands().isEmpty()) {
      return Optional.of("its bundle asks for folders of the job's node");
    }
    if (one.config().has(Execution.MN_STORAGE)) {
      return Optional.of("its submission has a folder on the job's node");
    }
    boolean isCopy = one.placing().target() != null; // each node has ports of its own
    if (!isCopy && !one.request().ports().isEmpty()) {
      return Optional.of("its ports are looked for on the job's node");
    }
    if (!one.request().volumes().isEmpty()) {
      return Optional.of("it asks for volumes of the job's node");
    }
    return hasArtifact(one.message()) || hasArtifact(one.workflow())
        ? Optional.of("its message has artifacts that lie on the job's node")
        : Optional.empty();
  }

  private static boolean hasArtifact(JsonNode value) {
    if (ArtifactRef.in(value).isPresent()) {
      return true;
    }
    return value.isContainerNode() && value.valueStream().anyMatch(SentExecution::hasArtifact);
  }
}
