package io.mirrorneuron.area.jobs.view.stored;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;

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
}
