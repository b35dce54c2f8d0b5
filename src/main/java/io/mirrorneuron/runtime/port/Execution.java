package io.mirrorneuron.runtime.port;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.workflow.ResourceRequest;
import io.mirrorneuron.runtime.workflow.Scheduling;
import io.mirrorneuron.runtime.workflow.Scheduling.QueueRank;
import io.mirrorneuron.wire.Json;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One run of an executor's program for one message.
 *
 * @param executionId unique for each start, also across restarts of the server
 * @param runId of the job's run, which names its folder
 * @param config the node's {@code config} object
 * @param message the full message: {@code {envelope, headers, body, artifacts, stream}}
 * @param agentState the agent's private state, or a null node
 * @param workflow empty without a workflow step; else {@code {run_id, step_id, attempt_id, attempt,
 *     idempotency_key, timeout_ms?, beacon_timeout_ms?, inputs?}}. The program gets {@code
 *     deadline_at} and {@code heartbeat_deadline_at} in place of the two durations, which count
 *     from {@link Executions.Lease#acquiredAt}; absent or 0 means no limit
 * @param inputs of the job, by their names in the manifest; may be empty
 * @param resources as written in the manifest ({@code runtime.md} 5.6); may be empty
 * @param request the same, parsed
 * @param payloads the bundle's payload folder, or null when the bundle has no files
 * @param demands which folders its bundle asks for
 * @param plain whether the program's printed text is the output of its step
 * @param attempt 1 for the first try of this message
 * @param rank its place in the queue for slots
 */
public record Execution(
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
    Path payloads,
    FolderDemands demands,
    boolean plain,
    int attempt,
    QueueRank rank,
    Placing placing) {

  /**
   * Where a program may run.
   *
   * @param epoch under which its owner owns the job
   * @param scheduling which node is preferred, and which constraints it must meet
   * @param pool whose slots it takes
   * @param isRepeatable whether it may run again without a person's consent when its node is gone
   * @param left names of nodes on which its restarts were used up: it runs on another node if one
   *     meets its request
   * @param target name of the only node that may run it, for a node's copy of a system job; or null
   * @param isFirst whether its job has run no program yet, and therefore waits while the node is
   *     overloaded
   */
  public record Placing(
      long epoch,
      Scheduling scheduling,
      String pool,
      int slots,
      boolean isRepeatable,
      Set<String> left,
      String target,
      boolean isFirst) {
    /** On the node of its job. */
    public static final Placing HERE =
        new Placing(0, Scheduling.ANY, null, 0, false, Set.of(), null, false);
  }

  /** The same with another message and another context of its step. */
  public Execution reported(ObjectNode newMessage, ObjectNode newWorkflow) {
    return new Execution(
        executionId,
        jobId,
        runId,
        agentId,
        agentType,
        templateType,
        config,
        newMessage,
        agentState,
        newWorkflow,
        inputs,
        resources,
        request,
        payloads,
        demands,
        plain,
        attempt,
        rank,
        placing);
  }

  /**
   * Member of {@link #config}: the folder that a client has prepared for the submission of the job.
   */
  public static final String MN_STORAGE = "mn_storage";

  /** Member of {@link #config}: texts that only the program may see. */
  public static final String SECRETS = "marked_secrets";

  /** Texts that only the program may see, longest first. */
  public List<String> secrets() {
    JsonNode texts = config.path(SECRETS);
    return texts.valueStream().map(JsonNode::textValue).toList();
  }

  /** The metadata as JSON; null when there is none. */
  public String reported(JobMetadata fact) {
    JsonNode reported = config.get(fact.member());
    return reported != null && reported.isContainerNode() ? Json.write(reported) : null;
  }

  /** The script of an interpreter; other arguments may be confidential. */
  private static final Pattern SCRIPT =
      Pattern.compile("(?:[\\w.-]+/)*([\\w-]{1,60}\\.[A-Za-z]{1,5})");

  /** Name of the program's file and of its script, for people. */
  public String program() {
    JsonNode command = config.path("command");
    List<String> words =
        command.isTextual()
            ? List.of(command.asText().strip().split("\\s+"))
            : Json.elements(command).map(JsonNode::asText).limit(2).toList();
    if (words.isEmpty() || words.getFirst().isBlank()) {
      return "its program";
    }
    String file = words.getFirst().replaceFirst("^.*/(?=[^/])", "");
    Matcher script = SCRIPT.matcher(words.size() > 1 ? words.get(1) : "");
    return script.matches() ? file + " " + script.group(1) : file;
  }

  public JsonNode body() {
    return message.path("body");
  }

  /** Whether the body is text that stands for bytes, in base64. */
  public boolean isBodyBase64() {
    return message.path("body_encoding").asText().equals("base64");
  }

  public String contentType() {
    return envelope().path("content_type").asText("application/json");
  }

  /** How the body is to be compressed; {@code identity} is not at all. */
  public String contentEncoding() {
    return envelope().path("content_encoding").asText("identity");
  }

  private JsonNode envelope() {
    return message.path("envelope");
  }

  /** Whether the same attempt was begun before, and cut short by a crash or a pause. */
  public boolean isRepeated() {
    return !executionId.endsWith(".1"); // the last part counts how often it was delivered
  }

  /** The step that the program works for; the agent when there is none. */
  public String stepId() {
    return workflow.path("step_id").asText(agentId);
  }
}
