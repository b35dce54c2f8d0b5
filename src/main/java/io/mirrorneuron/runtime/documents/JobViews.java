package io.mirrorneuron.runtime.documents;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.JobDetail.JobBrief;
import io.mirrorneuron.port.JobPlan;
import io.mirrorneuron.port.Why;
import io.mirrorneuron.port.Why.Explanation;
import io.mirrorneuron.port.Why.Subject;
import io.mirrorneuron.runtime.port.Leader.Timers;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.runtime.state.StateReader;
import io.mirrorneuron.runtime.state.Subjects;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.store.JobStore.StoredJob;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LenientJson;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Makes documents of stored jobs, including those whose manifest or state this build cannot read.
 */
public final class JobViews {
  /** Cause: the stored job was damaged. */
  private static final String DAMAGED = "damaged";

  private final JobDocuments documents;
  private final Function<String, Workflow> manifests;
  private final Timers timers;
  private final Obstacles obstacles;

  /**
   * @param manifests parses a stored manifest
   */
  public JobViews(
      JobDocuments documents,
      Function<String, Workflow> manifests,
      Timers timers,
      Obstacles obstacles) {
    this.documents = documents;
    this.manifests = manifests;
    this.timers = timers;
    this.obstacles = obstacles;
  }

  /**
   * The details document; large values in it are references.
   *
   * @throws MnException {@code job_damaged}
   * @param stored an outline is enough
   * @param recent events, oldest first
   */
  public ObjectNode details(StoredJob stored, ObjectNode row, List<String> recent) {
    try {
      JobState state;
      try {
        state = outline(stored);
      } catch (RuntimeException e) {
        requireReported(e, row);
        return documents.outline(stored, row, recent);
      }
      return documents.details(state, row, stored.owner(), stored.epoch(), recent);
    } catch (JsonProcessingException e) {
      throw MnException.damaged(stored.jobId(), "one of its events is no JSON");
    }
  }

  /** Damage is a failure unless the row already reports it, as that of a blocked job does. */
  private static void requireReported(RuntimeException failure, ObjectNode row) {
    if (isDamage(failure) && !"blocked".equals(row.path("recovery_status").textValue())) {
      throw failure;
    }
  }

  private static boolean isDamage(RuntimeException failure) {
    return failure instanceof MnException known && known.isJobDamaged();
  }

  /** The document without the members of the full view. */
  public ObjectNode brief(StoredJob stored, ObjectNode row) {
    try {
      return documents.brief(outline(stored), row);
    } catch (RuntimeException e) { // this build cannot read the manifest or the state
      requireReported(e, row);
      ObjectNode brief = Json.object();
      brief.set("job", row);
      brief.putArray("agents");
      return brief;
    }
  }

  /**
   * Explains the status of the job, see {@link JobExplainer}, or why this build cannot read it.
   *
   * @param stored an outline is enough
   */
  public Why why(StoredJob stored, ObjectNode row) {
    try {
      return new JobExplainer(outline(stored), timers.now(), obstacles).answer();
    } catch (RuntimeException e) {
      JobBrief job = LenientJson.read(row, JobBrief.class);
      String text =
          isDamage(e)
              ? e.getMessage()
              : "the job cannot go on: "
                  + (job.recoveryReason() == null
                      ? "its stored state cannot be read"
                      : job.recoveryReason());
      String cause = isDamage(e) ? DAMAGED : "blocked";
      return unreadable(stored.jobId(), job.status(), cause, text, Subjects.read(row));
    }
  }

  /**
   * The same for a job whose row or outline cannot be read.
   *
   * @param status from the index
   */
  public static Why why(String jobId, String status, MnException damage) {
    return unreadable(jobId, status, DAMAGED, damage.getMessage(), Subjects.of(null));
  }

  private static Why unreadable(
      String jobId, String status, String cause, String text, Subjects subjects) {
    return new Why(
        jobId,
        status,
        subjects.submittedBy(),
        subjects.pausedBy(),
        subjects.cancelledBy(),
        text,
        List.of(
            new Explanation(
                new Subject("job", jobId),
                status,
                cause,
                text,
                cause.equals(DAMAGED) ? "job" : "job.recovery_reason")),
        null);
  }

  private JobState outline(StoredJob stored) {
    return StateReader.outline(stored, manifests.apply(stored.manifest()));
  }

  /**
   * Adds the placement of the agents, as decided when the job was made or taken over, to the
   * details of a job. Lists omit it, as rows are written with each commit.
   */
  public static final class PlacedJob {
    private PlacedJob() {}

    /**
     * @param plan fails for a manifest that this build cannot read; then the details stay as they
     *     are
     * @return the same details
     */
    public static ObjectNode tell(ObjectNode details, Supplier<JobPlan> plan) {
      ObjectNode job = details.withObject("/job");
      if (job.get("scheduler") instanceof ObjectNode scheduler) {
        try {
          JobPlan known = plan.get();
          scheduler.set("placements", Json.MAPPER.valueToTree(known.placements()));
          scheduler.put("placements_omitted", known.placementsOmitted());
          scheduler.set("requirements", Json.MAPPER.valueToTree(known.requirements()));
          scheduler.put("generated_at", known.generatedAt());
        } catch (MnException e) {
          return details; // its row reports the problem
        }
      }
      return details;
    }
  }
}
