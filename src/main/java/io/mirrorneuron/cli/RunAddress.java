package io.mirrorneuron.cli;

import java.util.List;

/** Where a run is in the API: the run of that id, or that of a job. */
public final class RunAddress {
  /** For the help of commands. */
  public static final String ID = "The run's id, or that of its job.";

  private record Found(List<Row> data) {
    private record Row(String runId) {}
  }

  private RunAddress() {}

  /** The id of the run. What is neither a run nor a job is left to the next call, which says so. */
  public static String runId(RestClient rest, String id) throws InterruptedException {
    Found found = rest.get("/runs?limit=1&job_id=" + RestClient.part(id)).as(Found.class);
    return found.data().isEmpty() ? id : found.data().getFirst().runId();
  }

  /** The path of the run below the API's base. */
  public static String path(RestClient rest, String id) throws InterruptedException {
    return "/runs/" + RestClient.part(runId(rest, id));
  }
}
