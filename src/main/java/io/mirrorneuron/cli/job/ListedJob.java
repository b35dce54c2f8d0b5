package io.mirrorneuron.cli.job;

import io.mirrorneuron.ListOptions;
import io.mirrorneuron.MirrorNeuron;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LenientJson;
import java.util.List;

/** A job as lists of jobs tell it, whatever endpoint they come through. Unknown values are null. */
public record ListedJob(
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

  /** A list as the API answers it. */
  public record Page(List<ListedJob> data) {
    /** Those of which the id is told. */
    public List<ListedJob> jobs() {
      return data.stream().filter(row -> row.jobId() != null).toList();
    }
  }

  /** Jobs, the one that changed last first. */
  public static List<ListedJob> newest(MirrorNeuron mn, int limit, boolean includeEnded) {
    return mn.listJobs(new ListOptions(limit, includeEnded)).data().stream()
        .map(row -> LenientJson.read(Json.parseObject(row.json(), "row"), ListedJob.class))
        .filter(row -> row.jobId() != null)
        .toList();
  }

  /** Whether its workflow is called so. */
  public boolean isOf(String name) {
    return name.equals(graphId) || name.equals(jobName);
  }
}
