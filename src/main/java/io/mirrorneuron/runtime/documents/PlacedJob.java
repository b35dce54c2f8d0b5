package io.mirrorneuron.runtime.documents;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.JobPlan;
import io.mirrorneuron.wire.Json;
import java.util.function.Supplier;

/**
 * Adds to the details of a job where its agents run, as it was decided when the job was made or
 * came to its node. Lists do not tell it, as rows are written with each commit.
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
        scheduler.put("generated_at", known.generatedAt());
      } catch (MnException e) {
        return details; // its row says what is wrong
      }
    }
    return details;
  }
}
