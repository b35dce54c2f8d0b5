package io.mirrorneuron.area.jobs.view;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.mirrorneuron.port.JobBrief;
import io.mirrorneuron.port.JobFacts;
import io.mirrorneuron.wire.JobDetailForm;
import io.mirrorneuron.wire.LenientJson;
import java.util.stream.Stream;

/**
 * The documents that a job left in the run store; a missing node for each that is not there. The
 * runtime's word goes before theirs.
 *
 * @param job {@code job.json}
 * @param run {@code run.json}
 * @param observability {@code observability_summary.json}
 */
public record StoredRun(JsonNode job, JsonNode run, JsonNode observability) {
  public static final StoredRun NONE =
      new StoredRun(
          MissingNode.getInstance(), MissingNode.getInstance(), MissingNode.getInstance());

  /** What {@code job.json} tells, in its member {@code job} or beside it, then {@code run.json}. */
  JobFacts facts() {
    return JobDetailForm.facts(job.path("job"))
        .or(JobDetailForm.facts(job))
        .or(JobDetailForm.facts(run));
  }

  /** The job at a glance, as each file has it. */
  Stream<JobBrief> briefs() {
    return Stream.of(job, run).map(file -> LenientJson.read(file, JobBrief.class));
  }

  /** Or a missing node. */
  JsonNode manifest() {
    return job.path("manifest");
  }
}
