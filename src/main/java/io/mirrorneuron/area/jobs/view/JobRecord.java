package io.mirrorneuron.area.jobs.view;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.RunStatus;
import io.mirrorneuron.port.JobDetail;
import io.mirrorneuron.port.JobDetail.JobBrief;
import io.mirrorneuron.port.JobDetail.JobFacts;
import io.mirrorneuron.port.LedgerView;
import io.mirrorneuron.wire.AgentFacts;
import io.mirrorneuron.wire.JobDetailForm;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LedgerForm;
import io.mirrorneuron.wire.LenientJson;
import io.mirrorneuron.wire.Timestamps;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The single reader of a job's recorded data: the runtime first, then the run store.
 *
 * @param detail {@link JobDetail#NONE} when the runtime does not know the job
 * @param facts of both
 */
public record JobRecord(JobDetail detail, StoredRun stored, JobFacts facts) {
  public JobRecord(JobDetail detail, StoredRun stored) {
    this(detail, stored, detail.facts().or(stored.facts()));
  }

  public static JobRecord of(JobDetail detail) {
    return new JobRecord(detail, StoredRun.NONE);
  }

  /** Adds the run store's documents of the job. */
  public JobRecord with(StoredRun documents) {
    return new JobRecord(detail, documents);
  }

  /** The canonical status word; {@code unknown} when no source has one. */
  public String status() {
    String word = facts.status();
    return word == null ? "unknown" : RunStatus.of(word).word();
  }

  /** Whether this canonical word is a final status. */
  public static boolean isFinal(String status) {
    return new RunStatus(status).isFinal();
  }

  public boolean isFinal() {
    return isFinal(status());
  }

  /** From the documents, else from {@code events}; or null. */
  public String runId(List<JobEvent> events) {
    return orOf(events, "run_id", runId());
  }

  /** From the documents, or null. */
  public String runId() {
    return facts.runId();
  }

  public String graphId(List<JobEvent> events) {
    return orOf(events, "graph_id", facts.graphId());
  }

  public String traceId(List<JobEvent> events) {
    return orOf(events, "trace_id", facts.traceId());
  }

  /** Null when unknown. */
  public String submittedBy() {
    return person(JobBrief::submittedBy);
  }

  /** Null when the job was not cancelled or the caller is unknown. */
  public String cancelledBy() {
    return person(JobBrief::cancelledBy);
  }

  /** The reason that the caller gave, or null. */
  public String cancelReason() {
    return person(JobBrief::cancelReason);
  }

  /** When the runtime knows the job, files that programs can write are ignored. */
  private String person(Function<JobBrief, String> effect) {
    return detail.isKnown()
        ? effect.apply(detail.job())
        : stored.briefs().map(effect).filter(Objects::nonNull).findFirst().orElse(null);
  }

  private static String orOf(List<JobEvent> events, String name, String known) {
    return known != null
        ? known
        : events.stream()
            .map(event -> event.text(name))
            .filter(Objects::nonNull)
            .findFirst()
            .orElse(null);
  }

  /** In milliseconds since the epoch; 0 when unknown. */
  public long submittedAt() {
    return time(facts.submittedAt());
  }

  public long endedAt() {
    return time(facts.endedAt());
  }

  private static long time(String text) {
    return text == null ? 0 : Timestamps.millis(text);
  }

  /** Whether the job is a service or similar, which ends only by a command from outside. */
  public boolean isLasting() {
    JsonNode manifest = manifest();
    return facts.isLasting()
        || Stream.of(manifest, manifest.path("policies"), manifest.path("runtime"))
            .anyMatch(place -> JobDetailForm.facts(place).isLasting());
  }

  /** The error of a failed job, an {@code mn.error.v1} object; null for every other job. */
  public ObjectNode failure() {
    if (!status().equals(RunStatus.FAILED.word())) {
      return null;
    }
    return facts.failures().stream()
        .map(
            reported ->
                Errors.of(
                    reported, new Errors.Origin("runtime.job.failed", endedAt(), 0, null, null)))
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(null);
  }

  /** The step ledger; {@link LedgerView#NONE} for a job without one. Parsed by each call. */
  public LedgerView ledger() {
    return LedgerForm.read(detail.parts().ledger());
  }

  /** The runtime's data of each agent. Parsed by each call. */
  public List<AgentFacts> agentFacts() {
    return Json.elements(detail.parts().agents()).map(AgentFacts::read).toList();
  }

  /** The runtime's agents in the form shown to clients; missing when it names none. */
  public JsonNode agents() {
    return detail.parts().agents();
  }

  /** The runtime's graph of agents, or a missing node. */
  public JsonNode topology() {
    return detail.parts().topology();
  }

  /** Empty when unavailable. */
  public JsonNode manifest() {
    return Stream.of(detail.parts().manifest(), stored.manifest())
        .filter(JsonNode::isObject)
        .findFirst()
        .orElse(Json.object());
  }

  /** The number of the last event in the documents. */
  public long lastEvent() {
    return detail.lastEvent();
  }

  /**
   * The documents of a job in the run store; a missing node for each absent one. The runtime's data
   * overrides them.
   *
   * @param job {@code job.json}
   * @param run {@code run.json}
   * @param observability {@code observability_summary.json}
   */
  public record StoredRun(JsonNode job, JsonNode run, JsonNode observability) {
    public static final StoredRun NONE =
        new StoredRun(
            MissingNode.getInstance(), MissingNode.getInstance(), MissingNode.getInstance());

    /**
     * Facts from the member {@code job} of {@code job.json}, from its top level, then from {@code
     * run.json}.
     */
    JobFacts facts() {
      return JobDetailForm.facts(job.path("job"))
          .or(JobDetailForm.facts(job))
          .or(JobDetailForm.facts(run));
    }

    /** The brief of the job in each file. */
    Stream<JobBrief> briefs() {
      return Stream.of(job, run).map(file -> LenientJson.read(file, JobBrief.class));
    }

    JsonNode manifest() {
      return job.path("manifest");
    }
  }

  /**
   * The files of a run in the detail of its job.
   *
   * @param folder on the server; null when the run has none
   * @param files references to artifacts and outputs, {@code rest.md} section 18.7
   * @param resources the summary of the last day, or a null node
   */
  public record RunFacts(String folder, List<ObjectNode> files, JsonNode resources) {
    public static final RunFacts NONE = new RunFacts(null, List.of(), Json.MAPPER.nullNode());
  }
}
