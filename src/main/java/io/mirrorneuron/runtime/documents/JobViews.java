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

/** Makes documents of stored jobs, also of those whose manifest or state this build cannot read. */
public final class JobViews {
  /** Cause of a job of which somebody damaged what is stored. */
  private static final String DAMAGED = "damaged";

  private final JobDocuments documents;
  private final Function<String, Workflow> manifests;
  private final Timers timers;
  private final Obstacles obstacles;

  /**
   * @param manifests parses a stored manifest again
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
   * @param stored an outline will do
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

  /** Damage is a failure unless the row already says it, as that of a job that is blocked does. */
  private static void requireReported(RuntimeException failure, ObjectNode row) {
    if (isDamage(failure) && !"blocked".equals(row.path("recovery_status").textValue())) {
      throw failure;
    }
  }

  private static boolean isDamage(RuntimeException failure) {
    return failure instanceof MnException known && known.isJobDamaged();
  }

  /** The document without what only the full view shows. */
  public ObjectNode brief(StoredJob stored, ObjectNode row) {
    try {
      return documents.brief(outline(stored), row);
    } catch (RuntimeException e) { // the manifest or the state is not for this build
      requireReported(e, row);
      ObjectNode brief = Json.object();
      brief.set("job", row);
      brief.putArray("agents");
      return brief;
    }
  }

  /**
   * Why the job is where it is; see {@link JobExplainer}. Of a job that this build cannot read, why
   * that is.
   *
   * @param stored an outline will do
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
   * The same of a job of which not even the row or the outline can be read.
   *
   * @param status that the index has of the job
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
   * Adds to the details of a job where its agents run, as it was decided when the job was made or
   * came to its node. Lists do not tell it, as rows are written with each commit.
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
          return details; // its row says what is wrong
        }
      }
      return details;
    }
  }
}
