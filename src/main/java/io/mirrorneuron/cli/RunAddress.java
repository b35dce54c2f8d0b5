package io.mirrorneuron.cli;

import io.mirrorneuron.cli.job.ListedJob;
import io.mirrorneuron.cli.job.ShortIds;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Resolves a run's path in the API: by its id, by its job's id, as the last one, or by a unique
 * prefix of either id.
 */
public final class RunAddress {
  /** For the help of commands. */
  public static final String ID = "The run's id, or that of its job" + ShortIds.WORDS + ".";

  /** As many as the API lists at once. */
  private static final int MOST = 1000;

  private record Found(List<Row> data) {
    private record Row(String runId, String jobId) {}
  }

  private RunAddress() {}

  /** The id of the run. What is neither a run nor a job is left to the next call, which says so. */
  public static String runId(RestClient rest, String id) throws InterruptedException {
    if (ShortIds.isLast(id)) {
      ListedJob last = ShortIds.last(id, limit -> JobAddress.newest(rest, limit));
      return last.runId() == null ? ofJob(rest, last.jobId()).orElse(id) : last.runId();
    }
    Optional<String> ofJob = ofJob(rest, id);
    return ofJob.isPresent() ? ofJob.get() : ofBeginning(rest, id).orElse(id);
  }

  private static Optional<String> ofJob(RestClient rest, String job) throws InterruptedException {
    Found found = rest.get("/runs?limit=1&job_id=" + RestClient.part(job)).as(Found.class);
    return found.data().stream().map(Found.Row::runId).findFirst();
  }

  /** Empty for the id of a run, too. */
  private static Optional<String> ofBeginning(RestClient rest, String id)
      throws InterruptedException {
    String beginning = ShortIds.beginning(id);
    if (beginning.isEmpty() || beginning.length() > 220) {
      return Optional.empty();
    }
    List<Found.Row> like =
        rest.get("/runs?limit=" + MOST + "&q=" + RestClient.part(beginning)).as(Found.class).data();
    boolean isRun = like.stream().anyMatch(row -> id.equals(row.runId()));
    if (isRun || like.size() == MOST) {
      return Optional.empty();
    }
    return ShortIds.only(id, like.stream().map(Found.Row::runId))
        .or(
            () ->
                ShortIds.only(id, like.stream().flatMap(row -> Stream.ofNullable(row.jobId())))
                    .flatMap(job -> runOf(job, like)));
  }

  private static Optional<String> runOf(String job, List<Found.Row> rows) {
    return rows.stream().filter(row -> job.equals(row.jobId())).map(Found.Row::runId).findFirst();
  }

  /** The path of the run below the API's base. */
  public static String path(RestClient rest, String id) throws InterruptedException {
    return "/runs/" + RestClient.part(runId(rest, id));
  }
}
