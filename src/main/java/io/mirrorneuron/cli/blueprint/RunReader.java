package io.mirrorneuron.cli.blueprint;

import io.mirrorneuron.cli.RestAnswer;
import io.mirrorneuron.cli.RunsClient;
import io.mirrorneuron.cli.job.ShortIds;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.run.report.RunDocument;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Reads runs from a server or from local folders. The source hides secrets. A missing run is
 * NOT_FOUND, with a sentence that names the source.
 */
sealed interface RunReader extends RunsClient.Source permits ServerRuns, FolderRuns {
  /** For the help of commands. */
  String ID = "The run's id; before a server also that of its job" + ShortIds.WORDS + ".";

  /** Does something with the source that the options name. Returns the exit code. */
  static int call(RunsClient client, RunsClient.Work<RunReader> work) throws InterruptedException {
    return client.call(ServerRuns::new, FolderRuns::new, work);
  }

  /** A run in a list; what is not known is null. */
  record Row(
      String runId,
      String jobId,
      String status,
      String startedAt,
      String endedAt,
      String blueprintId) {}

  /**
   * Records that are wanted.
   *
   * @param channels with commas between
   * @param level of log records at least; null for all
   */
  record Wanted(String channels, String level) {}

  /**
   * Records in the order in which they were recorded.
   *
   * @param next the number behind which those that follow are
   * @param ended whether the run is over, and nothing follows
   */
  record Page(List<StreamRecord> records, long next, boolean ended) {}

  /**
   * Runs that have a {@code run.json}, newest start first: all, or of a server's the last 1000.
   *
   * @param blueprintId null for those of all blueprints
   * @param atLeast so many in any case, as far as there are
   */
  List<Row> rows(String blueprintId, int atLeast) throws InterruptedException;

  /** Where the run shows itself in a browser; empty when it does not. */
  String webUi(String runId) throws InterruptedException;

  /** A page of what is recorded behind a number; 0 is the beginning. */
  Page page(String run, Wanted wanted, long after) throws InterruptedException;

  RunDocument document(String run) throws InterruptedException;

  /** What it used, {@code mn.blueprint.resource_summary.v1}. */
  RestAnswer resources(String run, String window, String bucket) throws InterruptedException;

  /** The records that ask people something and are not answered. */
  List<RestAnswer> pending(String run) throws InterruptedException;

  /** What a person can do. */
  enum Action {
    RESPONSE,
    ACK
  }

  /**
   * Records what a person does about a request or a notice.
   *
   * @param id of the request or notice
   * @return the record
   * @throws MnException when it is refused
   */
  RestAnswer record(String run, Action effect, String id, Map<String, Object> body)
      throws InterruptedException;

  /** Writes a page about a run where it is to be kept. Returns the file. */
  Path keep(RunDocument run, String page);

  static MnException unknown(String run, String where) {
    return new MnException(
        ErrorCode.NOT_FOUND, "run_not_found", "run '%s' not found%s".formatted(run, where));
  }
}
