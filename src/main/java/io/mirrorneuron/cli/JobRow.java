package io.mirrorneuron.cli;

import io.mirrorneuron.ListOptions;
import io.mirrorneuron.MirrorNeuron;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LenientJson;
import java.util.List;

/** A job as lists of jobs tell it, whatever door they come through. What is not told is null. */
public record JobRow(
    String jobId,
    String runId,
    String graphId,
    String jobName,
    String status,
    String submittedAt,
    String updatedAt) {

  /** No runtime lists more at once; the API lists {@value #MOST_OF_API}. */
  public static final int MOST = 10_000;

  public static final int MOST_OF_API = 1000;

  private record Page(List<JobRow> data) {}

  /** Jobs, the one that changed last first. */
  public static List<JobRow> newest(MirrorNeuron mn, int limit, boolean includeEnded) {
    return mn.listJobs(new ListOptions(limit, includeEnded)).data().stream()
        .map(row -> LenientJson.read(Json.parseObject(row.json(), "row"), JobRow.class))
        .filter(row -> row.jobId() != null)
        .toList();
  }

  /** The same of the API. */
  public static List<JobRow> newest(RestClient rest, int limit, boolean includeEnded)
      throws InterruptedException {
    String path = "/jobs?include_terminal=%s&limit=%d";
    return rest
        .get(path.formatted(includeEnded, Math.min(limit, MOST_OF_API)))
        .as(Page.class)
        .data()
        .stream()
        .filter(row -> row.jobId() != null)
        .toList();
  }

  /** Whether its workflow is called so. */
  public boolean isOf(String name) {
    return name.equals(graphId) || name.equals(jobName);
  }
}
