package io.mirrorneuron.port;

import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.stream.StreamSupport;

/**
 * What a runtime tells of a job, in full or without manifest, topology, result and events. {@code
 * wire.JobDetailForm} reads it. What is not told is null.
 *
 * @param isKnown whether the runtime knows the job
 * @param job at a glance, as the runtime's record of the job itself has it
 * @param facts from the most trustworthy place of the document that tells each
 * @param reason why the job failed or was cancelled, for people
 * @param lastEvent the number of the last event that it knows of; {@link Long#MAX_VALUE} when it
 *     knows none
 * @param bundleFingerprint of the job's payload files
 * @param json {@code {job, summary, agents, recent_events, sandboxes}} or {@code {job, agents}} as
 *     the runtime wrote it, which is what clients get: runtimes differ in what they leave out, tell
 *     as null or know besides. Nobody changes it, so the record is immutable
 */
public record JobDetail(
    boolean isKnown,
    JobBrief job,
    JobFacts facts,
    String reason,
    long lastEvent,
    String bundleFingerprint,
    Parts parts,
    @JsonValue ObjectNode json) {
  /** Of a job that no runtime knows. */
  public static final JobDetail NONE =
      new JobDetail(
          false,
          new JobBrief(null, null, null, null, null, null, null, null, null, null, null),
          JobFacts.NONE,
          null,
          Long.MAX_VALUE,
          null,
          new Parts(
              MissingNode.getInstance(),
              MissingNode.getInstance(),
              MissingNode.getInstance(),
              MissingNode.getInstance(),
              MissingNode.getInstance()),
          JsonNodeFactory.instance.objectNode());

  public String status() {
    return facts.status();
  }

  /** What came out; a missing node before the end. */
  public JsonNode result() {
    return parts.result();
  }

  /** In the order of the manifest. */
  public List<JobAgent> agents() {
    return StreamSupport.stream(parts.agents().spliterator(), false).map(JobDetail::agent).toList();
  }

  private static JobAgent agent(JsonNode agent) {
    return new JobAgent(
        agent.path("agent_id").textValue(),
        agent.path("agent_type").textValue(),
        agent.path("status").textValue(),
        count(agent.path("processed_messages")),
        count(agent.path("mailbox_depth")),
        agent.path("last_error").textValue());
  }

  private static Long count(JsonNode number) {
    return number.isNumber() ? number.asLong() : null;
  }

  /**
   * Parts of {@code json} that an author or a program wrote, or that grow with the job: only those
   * who need one read it. Each is a missing node when it is not told.
   *
   * @param agents see {@link #agents()}
   * @param ledger the steps; see {@code wire.LedgerForm}
   * @param topology the graph of agents
   * @param manifest as its author wrote it
   * @param result what came out; missing before the end
   */
  public record Parts(
      JsonNode agents, JsonNode ledger, JsonNode topology, JsonNode manifest, JsonNode result) {}
}
