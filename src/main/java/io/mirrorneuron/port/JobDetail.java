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
 * A runtime's answer about a job, in full or without manifest, topology, result and events. Parsed
 * by {@code wire.JobDetailForm}. Unknown values are null.
 *
 * @param isKnown whether the runtime knows the job
 * @param job summary from the runtime's own record of the job
 * @param facts each from the most trustworthy place of the document that has it
 * @param reason why the job failed or was cancelled, for people
 * @param lastEvent the number of the last known event; {@link Long#MAX_VALUE} when unknown
 * @param bundleFingerprint of the job's payload files
 * @param json {@code {job, summary, agents, recent_events, sandboxes}} or {@code {job, agents}} as
 *     the runtime wrote it and clients get it: runtimes differ in members they omit, set to null or
 *     add. Never modified, so the record is immutable
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
  /** For a job that no runtime knows. */
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

  /** The job's result; a missing node before the end. */
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
   * Parts of {@code json} that an author or a program wrote, or that grow with the job; parsed only
   * when needed. Each is a missing node when absent.
   *
   * @param ledger the steps; see {@code wire.LedgerForm}
   * @param topology the graph of agents
   * @param manifest as its author wrote it
   */
  public record Parts(
      JsonNode agents, JsonNode ledger, JsonNode topology, JsonNode manifest, JsonNode result) {}

  /**
   * An agent of a job. Unknown values are null.
   *
   * @param type {@code executor}, {@code router} …
   * @param processed number of messages handled
   * @param depth number of messages waiting
   */
  public record JobAgent(
      String id, String type, String status, Long processed, Long depth, String lastError) {}

  /**
   * Facts about a job from one document: a runtime's answer, a manifest, or a file of a run. Values
   * that the document lacks are null.
   *
   * @param status in the vocabulary of the document's writer
   * @param submittedAt ISO-8601, as is {@code endedAt}
   * @param isLasting whether it is of a kind (such as a service) that ends only on request
   * @param failures possible reasons of a failure, the most trustworthy first
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

    /** Returns a copy whose missing values come from a less trustworthy document. */
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
   * Summary of a job, read from its row or from the {@code job} member of its detail. Unknown
   * values are null.
   *
   * @param updatedAt time of the last change to the stored job
   * @param submittedBy subject of the token, as is {@code cancelledBy}
   * @param cancelReason as given by the caller who cancelled
   * @param endedAt not in rows
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
