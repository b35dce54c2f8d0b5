package io.mirrorneuron.cli;

import io.mirrorneuron.cli.job.ListedJob;
import io.mirrorneuron.cli.job.ShortIds;
import io.mirrorneuron.config.Config;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.RunId;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Resolves a job: by its id, by the id of its run, as the last one, or by a unique prefix of either
 * id.
 */
final class JobAddress {
  private record Runs(List<Row> data) {
    private record Row(String runId, String jobId) {}
  }

  private JobAddress() {}

  /** Work on a job. */
  @FunctionalInterface
  interface Work<T> {
    T on(String jobId) throws InterruptedException;
  }

  /**
   * Does it to the job that is meant.
   *
   * @param rows asked only for what is no id
   * @throws MnException as the first try did when there is no such job
   */
  static <T> T either(
      String id, Config config, ClientOptions command, ShortIds.Rows rows, Work<T> work)
      throws InterruptedException {
    if (ShortIds.isLast(id)) {
      return work.on(ShortIds.last(id, rows).jobId());
    }
    try {
      return work.on(id);
    } catch (MnException e) {
      if (!isUnknown(e)) {
        throw e;
      }
      Optional<String> other = ofRun(id, config, command);
      if (other.isPresent()) {
        try {
          return work.on(other.get());
        } catch (MnException second) {
          if (!isUnknown(second)) {
            throw second;
          }
        }
      }
      return work.on(ofBeginning(id, rows).orElseThrow(() -> e));
    }
  }

  /** Jobs as the API lists them, the one that changed last first. */
  static List<ListedJob> newest(RestClient rest, int limit) throws InterruptedException {
    int most = Math.min(limit, ListedJob.MOST_OF_API);
    return rest.get("/jobs?limit=" + most).as(ListedJob.Page.class).jobs();
  }

  private static boolean isUnknown(MnException failure) {
    return ShortIds.UNKNOWN.equals(failure.error());
  }

  /** The job of a run; empty when nobody knows one, or nobody who knows can be asked. */
  private static Optional<String> ofRun(String id, Config config, ClientOptions command)
      throws InterruptedException {
    Optional<String> known = config.api().isKnown() ? asked(id, config, command) : Optional.empty();
    return known.or(() -> RunId.job(id));
  }

  private static Optional<String> asked(String id, Config config, ClientOptions command)
      throws InterruptedException {
    try (RestClient rest = RestClient.of(config, command)) {
      Runs runs = rest.get("/runs?limit=100&q=" + RestClient.part(id)).as(Runs.class);
      return runs.data().stream()
          .filter(run -> id.equals(run.runId()) && run.jobId() != null)
          .map(Runs.Row::jobId)
          .findFirst();
    } catch (MnException e) {
      return Optional.empty(); // what was asked over the other connection counts
    }
  }

  private static Optional<String> ofBeginning(String id, ShortIds.Rows rows)
      throws InterruptedException {
    List<ListedJob> jobs = rows.newest(ListedJob.MOST);
    return ShortIds.only(id, jobs.stream().map(ListedJob::jobId))
        .or(
            () ->
                ShortIds.only(id, jobs.stream().flatMap(job -> Stream.ofNullable(job.runId())))
                    .flatMap(run -> jobOf(run, jobs)));
  }

  private static Optional<String> jobOf(String runId, List<ListedJob> jobs) {
    return jobs.stream().filter(job -> runId.equals(job.runId())).map(ListedJob::jobId).findFirst();
  }
}
