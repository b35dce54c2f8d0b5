package io.mirrorneuron.runtime.documents;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.JobPlan;
import io.mirrorneuron.wire.Json;
import java.util.function.Supplier;

/**
 * Adds to the details of a job where its agents run. On one node that follows from the manifest, so
 * it is not stored with each commit, and counts as made when the job was.
 */
public final class PlacedJob {
  private PlacedJob() {}

  /**
   * @param plan fails for a manifest that this build cannot read; then the details stay as they are
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
        scheduler.set("generated_at", job.get("submitted_at"));
      } catch (MnException e) {
        return details; // its row says what is wrong
      }
    }
    return details;
  }
}
