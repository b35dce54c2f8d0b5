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
 *     idempotency_key, timeout_ms?, beacon_timeout_ms?, inputs?}}. The program sees it with {@code
 *     deadline_at} and {@code heartbeat_deadline_at} in place of the two durations, which count
 *     from {@link Executions.Lease#acquiredAt}; absent or 0 means no limit
 * @param inputs of the job, by the names that its manifest gives them; empty when it has none
 * @param resources what the node asked for as written ({@code runtime.md} 5.6); empty when nothing
 * @param request the same, read
 * @param payloads the bundle's payload folder, or null when the bundle has no files
 * @param demands what its bundle asks for beyond what all programs may reach
 * @param plain whether what the program prints is the output of its step
 * @param attempt 1 for the first try of this message
 * @param rank its place among those that wait for slots
 * @param placing where it may run
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
   * @param scheduling which node is preferred, and what must hold for it
   * @param pool whose slots it takes, and how many
   * @param isRepeatable whether it may run again without a person's word when its node is gone
   * @param left names of nodes on which its restarts were used up: it runs on another one while
   *     there is one that has what it asks for
   * @param target name of the only node that runs it, as it is part of that node's copy; or null
   * @param isFirst whether its job has run no program yet, and waits while its node is too busy
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
    /** Where its job is. */
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

  /** Of {@link #config}: the folder that a client has prepared for the submission of the job. */
  public static final String MN_STORAGE = "mn_storage";

  /** Of {@link #config}: texts that the program gets and nobody else. */
  public static final String SECRETS = "marked_secrets";

  /** Texts that its program gets and nobody else, longest first. */
  public List<String> secrets() {
    JsonNode texts = config.path(SECRETS);
    return texts.valueStream().map(JsonNode::textValue).toList();
  }

  /** What its program is told of where the job comes from, as JSON; null when there is nothing. */
  public String reported(JobMetadata fact) {
    JsonNode reported = config.get(fact.member());
    return reported != null && reported.isContainerNode() ? Json.write(reported) : null;
  }

  /** A file that an interpreter is given; other arguments may hold what is not for everybody. */
  private static final Pattern SCRIPT =
      Pattern.compile("(?:[\\w.-]+/)*([\\w-]{1,60}\\.[A-Za-z]{1,5})");

  /** What runs, for people: the name of its file and of the script that it is given. */
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

  /** What the program is to work on. */
  public JsonNode body() {
    return message.path("body");
  }

  /** Whether the body is text that stands for bytes, in base64. */
  public boolean isBodyBase64() {
    return message.path("body_encoding").asText().equals("base64");
  }

  /** Media type of the body. */
  public String contentType() {
    return envelope().path("content_type").asText("application/json");
  }

  /** How the body is to be packed; {@code identity} is not at all. */
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
