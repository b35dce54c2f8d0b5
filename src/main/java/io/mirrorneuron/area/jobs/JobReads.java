package io.mirrorneuron.area.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.area.jobs.view.CompactDetail;
import io.mirrorneuron.area.jobs.view.JobRecord;
import io.mirrorneuron.area.jobs.view.JobRecord.RunFacts;
import io.mirrorneuron.area.jobs.view.JobRecord.StoredRun;
import io.mirrorneuron.area.jobs.view.JobStatusView;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.JobDetail;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.JobsPort.EventPage;
import io.mirrorneuron.run.RedactedRun;
import io.mirrorneuron.wire.JobDetailForm;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LenientJson;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * Reads a job from the runtime and adds data of its run. A job that the runtime no longer knows is
 * read from its run alone; NOT_FOUND when neither knows it. Blocking. Thread-safe.
 */
final class JobReads {
  private static final int RECENT = 10;

  private final JobsPort jobs;
  private final JobRuns runs;

  JobReads(JobsPort jobs, JobRuns runs) {
    this.jobs = jobs;
    this.runs = runs;
  }

  ObjectNode compact(String jobId) {
    try {
      JobRecord record = JobRecord.of(jobs.brief(jobId));
      EventPage last = jobs.lastEvents(jobId, CompactDetail.EVENTS_READ);
      return runs.folder(record)
          .map(run -> compact(jobId, record.with(runs.summarised(run)), last, run))
          .orElseGet(() -> CompactDetail.compact(jobId, record, last, RunFacts.NONE));
    } catch (MnException e) {
      RedactedRun run = runs.left(jobId, e);
      JobRecord record = new JobRecord(JobDetail.NONE, runs.summarised(run));
      return compact(jobId, record, runs.lastEvents(run, CompactDetail.EVENTS_READ), run);
    }
  }

  private ObjectNode compact(String jobId, JobRecord record, EventPage last, RedactedRun run) {
    return CompactDetail.compact(jobId, record, last, runs.facts(run));
  }

  /**
   * The compact view of a job whose run is on another node; a local folder of the run is ignored.
   */
  ObjectNode compact(String jobId, RemoteRunFacts.RunDocuments remote) {
    JsonNode none = MissingNode.getInstance();
    JsonNode summary =
        remote.summary() == null ? none : Json.parseObject(remote.summary(), "summary");
    JobRecord record = JobRecord.of(jobs.brief(jobId)).with(new StoredRun(none, none, summary));
    EventPage last = jobs.lastEvents(jobId, CompactDetail.EVENTS_READ);
    ObjectNode detail = CompactDetail.compact(jobId, record, last, facts(remote));
    if (remote.unknown() != null) {
      detail.put("files_unknown", remote.unknown());
      detail.withObject("/summary").putNull("artifact_count");
    }
    return detail;
  }

  private record Files(String runDir, List<ObjectNode> artifacts) {}

  private record Sampled(long sampleCount) {}

  private static RunFacts facts(RemoteRunFacts.RunDocuments remote) {
    if (remote.files() == null) {
      return RunFacts.NONE;
    }
    Files files = LenientJson.read(Json.parseObject(remote.files(), "artifacts"), Files.class);
    String text = Objects.requireNonNullElse(remote.resources(), "{}");
    ObjectNode resources = Json.parseObject(text, "resources");
    boolean isSampled = LenientJson.read(resources, Sampled.class).sampleCount() > 0;
    return new RunFacts(
        files.runDir(), once(files.artifacts()), isSampled ? resources : Json.MAPPER.nullNode());
  }

  /** Removes files with the same path. */
  static List<ObjectNode> once(List<ObjectNode> files) {
    Set<String> paths = new HashSet<>();
    return files.stream().filter(ref -> paths.add(ref.path("path").asText())).toList();
  }

  JobStatusView status(String jobId) {
    try {
      return JobStatusView.of(jobId, JobRecord.of(jobs.brief(jobId)));
    } catch (MnException e) {
      RedactedRun run = runs.left(jobId, e);
      return JobStatusView.of(jobId, new JobRecord(JobDetail.NONE, runs.summarised(run)));
    }
  }

  JobDetail full(String jobId) {
    try {
      return jobs.get(jobId);
    } catch (MnException e) {
      return full(runs.left(jobId, e));
    }
  }

  private JobDetail full(RedactedRun run) {
    StoredRun documents = runs.documents(run);
    ObjectNode job = documents.run() instanceof ObjectNode known ? known.deepCopy() : Json.object();
    if (documents.job() instanceof ObjectNode known) {
      job.setAll(known);
    }
    ObjectNode full = Json.object();
    full.set("job", job);
    full.set("summary", job);
    full.putArray("agents");
    full.putArray("sandboxes");
    ArrayNode recent = full.putArray("recent_events");
    runs.lastEvents(run, RECENT)
        .events()
        .reversed()
        .forEach(event -> recent.add(Json.parseObject(event, "event")));
    return JobDetailForm.read(full);
  }

  /** The run of the job; null when it has none or the runtime does not know the job. */
  String runId(String jobId) {
    try {
      return JobRecord.of(jobs.brief(jobId)).runId();
    } catch (MnException e) {
      if (e.code() == ErrorCode.NOT_FOUND) {
        return null;
      }
      throw e;
    }
  }

  /** The first events of the job after a number. */
  EventPage events(String jobId, long after, int limit) {
    try {
      return jobs.events(jobId, after, limit);
    } catch (MnException e) {
      return runs.events(runs.left(jobId, e), after, limit);
    }
  }

  /** The last events of the job, with those that its programs wrote themselves. */
  EventPage lastEvents(String jobId, int limit) {
    try {
      EventPage page = jobs.lastEvents(jobId, limit);
      return jobId.equals(EventPage.CLUSTER)
          ? page // no job, and without a run
          : runs.merged(page, jobId, () -> JobRecord.of(jobs.brief(jobId)), limit);
    } catch (MnException e) {
      return runs.lastEvents(runs.left(jobId, e), limit);
    }
  }
}
