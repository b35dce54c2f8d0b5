package io.mirrorneuron.port;

import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.stream.Stream;
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

  /**
   * An agent of a job. What a runtime does not tell is null.
   *
   * @param type {@code executor}, {@code router} …
   * @param processed how many messages it has handled
   * @param depth how many wait for it
   */
  public record JobAgent(
      String id, String type, String status, Long processed, Long depth, String lastError) {}

  /**
   * What a document tells of a job: one that a runtime wrote, a manifest, or a file of a run. What
   * it does not tell is null.
   *
   * @param status a word of whoever wrote the document
   * @param submittedAt ISO-8601, as is {@code endedAt}
   * @param isLasting whether it is a service or its kind, which end only by a word from outside
   * @param failures what may tell why the job failed, the most trustworthy first
   */
  public record JobFacts(
      String status,
      String runId,
      String graphId,
      String traceId,
      String submittedAt,
      String endedAt,
      boolean isLasting,
      List<JsonNode> failures) {
    public static final JobFacts NONE =
        new JobFacts(null, null, null, null, null, null, false, List.of());

    public JobFacts {
      failures = List.copyOf(failures);
    }

    /** The same, and what it does not tell as a document tells that is less to be trusted. */
    public JobFacts or(JobFacts other) {
      if (other == NONE) {
        return this;
      }
      return new JobFacts(
          or(status, other.status),
          or(runId, other.runId),
          or(graphId, other.graphId),
          or(traceId, other.traceId),
          or(submittedAt, other.submittedAt),
          or(endedAt, other.endedAt),
          isLasting || other.isLasting,
          Stream.concat(failures.stream(), other.failures.stream()).toList());
    }

    private static String or(String reported, String otherwise) {
      return reported == null ? otherwise : reported;
    }
  }

  /**
   * A job at a glance, read from its row or from the {@code job} member of its detail. What a
   * runtime does not tell is null.
   *
   * @param updatedAt when the runtime last wrote down anything of it
   * @param submittedBy subject of the token, as is {@code cancelledBy}
   * @param cancelReason in the words of who cancelled the job
   * @param endedAt not told by rows
   * @param lastEvent its type
   * @param recoveryReason why a person has to look at the job
   */
  public record JobBrief(
      String jobId,
      String graphId,
      String status,
      String submittedAt,
      String updatedAt,
      String submittedBy,
      String endedAt,
      String cancelledBy,
      String cancelReason,
      String lastEvent,
      String recoveryReason) {}
}
