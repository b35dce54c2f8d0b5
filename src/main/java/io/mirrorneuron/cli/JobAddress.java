package io.mirrorneuron.cli;

import io.mirrorneuron.config.Config;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.RunId;
import java.util.List;
import java.util.Optional;

/** The job that somebody means: the one of that id, or the one of the run of that id. */
final class JobAddress {
  /** How a runtime says that it knows no such job. */
  static final String UNKNOWN = "job_not_found";

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
   * Does it to the job of this id, and, when there is none, to the job of the run of this id.
   *
   * @throws MnException as the first try did when there is neither
   */
  static <T> T either(String id, Config config, ClientOptions command, Work<T> work)
      throws InterruptedException {
    try {
      return work.on(id);
    } catch (MnException e) {
      Optional<String> other = isUnknown(e) ? ofRun(id, config, command) : Optional.empty();
      if (other.isEmpty()) {
        throw e;
      }
      try {
        return work.on(other.get());
      } catch (MnException second) {
        throw isUnknown(second) ? e : second;
      }
    }
  }

  private static boolean isUnknown(MnException failure) {
    return UNKNOWN.equals(failure.error());
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
}
