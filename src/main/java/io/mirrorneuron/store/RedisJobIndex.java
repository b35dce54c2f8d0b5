package io.mirrorneuron.store;

import io.mirrorneuron.model.RunId;
import io.mirrorneuron.model.RunStatus;
import io.mirrorneuron.wire.Json;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The index of jobs: sorted sets by the time of the last change, one for open jobs and one for each
 * final status.
 */
final class RedisJobIndex {
  private static final int DELETE_BATCH = 500;
  private static final int STATE_BATCH = 100;
  private static final List<String> TERMINAL = RunStatus.FINAL_WORDS;
  private static final Pattern STATUS = Pattern.compile("\"status\":\"([a-z]+)\"");

  private final RedisLanes lanes;
  private final Keys keys;

  RedisJobIndex(RedisLanes lanes, Keys keys) {
    this.lanes = lanes;
    this.keys = keys;
  }

  /** See {@link JobStore#rows}. */
  Future<List<String>> rows(int limit, boolean includeTerminal) {
    List<Future<List<Ranked>>> indexes = new ArrayList<>();
    indexes.add(newest(keys.activeJobs(), limit));
    if (includeTerminal) {
      TERMINAL.forEach(status -> indexes.add(newest(keys.doneJobs(status), limit)));
    }
    return Future.all(indexes)
        .compose(
            read -> {
              List<Ranked> all = new ArrayList<>();
              indexes.forEach(index -> all.addAll(index.result()));
              all.sort(Comparator.comparingDouble(Ranked::score).reversed());
              return rowsOf(all.stream().limit(limit).toList());
            });
  }

  /** See {@link JobStore#counts}. */
  Future<Map<String, Long>> counts() {
    Map<String, Long> counts = new TreeMap<>();
    List<Future<?>> reads = new ArrayList<>();
    for (String status : TERMINAL) {
      reads.add(
          lanes
              .any()
              .send(Request.cmd(Command.ZCARD).arg(keys.doneJobs(status)))
              .onSuccess(count -> counts.put(status, count.toLong())));
    }
    reads.add(
        newest(keys.activeJobs(), Integer.MAX_VALUE)
            .compose(this::rowsOf)
            .onSuccess(rows -> rows.forEach(row -> counts.merge(statusOf(row), 1L, Long::sum))));
    return Future.all(reads).map(counts);
  }

  private static String statusOf(String row) {
    Matcher status = STATUS.matcher(row);
    return status.find() ? status.group(1) : "unknown";
  }

  private record Ranked(String jobId, double score) {}

  private Future<List<Ranked>> newest(String index, int limit) {
    return lanes
        .any()
        .send(
            Request.cmd(Command.ZRANGE)
                .arg(index)
                .arg(0)
                .arg(limit - 1L)
                .arg("REV")
                .arg("WITHSCORES"))
        .map(
            answer -> {
              List<Ranked> found = new ArrayList<>();
              for (int i = 0; i + 1 < answer.size(); i += 2) {
                found.add(new Ranked(answer.get(i).toString(), answer.get(i + 1).toDouble()));
              }
              return found;
            });
  }

  /** See {@link JobStore#eachState}. Open jobs first: one that ends meanwhile is told twice. */
  Future<Void> eachState(String field, Consumer<String> hears) {
    Future<Void> told = Future.succeededFuture();
    for (String index :
        Stream.concat(Stream.of(keys.activeJobs()), TERMINAL.stream().map(keys::doneJobs))
            .toList()) {
      told =
          told.compose(before -> newest(index, Integer.MAX_VALUE))
              .compose(jobs -> eachState(jobs, 0, field, hears));
    }
    return told;
  }

  private Future<Void> eachState(
      List<Ranked> jobs, int from, String field, Consumer<String> hears) {
    if (from >= jobs.size()) {
      return Future.succeededFuture();
    }
    int to = Math.min(from + STATE_BATCH, jobs.size());
    List<Future<Response>> reads = new ArrayList<>(to - from);
    for (Ranked job : jobs.subList(from, to)) {
      Request read = Request.cmd(Command.HGET).arg(keys.state(job.jobId())).arg(field);
      reads.add(lanes.any().send(read));
    }
    return Future.all(reads)
        .compose(
            all -> {
              reads.stream()
                  .map(Future::result)
                  .filter(Objects::nonNull) // else its time is over
                  .forEach(value -> hears.accept(value.toString()));
              return eachState(jobs, to, field, hears);
            });
  }

  private Future<List<String>> rowsOf(List<Ranked> jobs) {
    List<Future<Response>> reads = new ArrayList<>(jobs.size());
    for (Ranked job : jobs) {
      reads.add(lanes.any().send(Request.cmd(Command.GET).arg(keys.row(job.jobId()))));
    }
    return Future.all(reads)
        .map(
            all -> {
              List<String> rows = new ArrayList<>(jobs.size());
              for (int i = 0; i < reads.size(); i++) {
                int index = i;
                if (reads.get(i).result() != null) {
                  rows.add(reads.get(i).result().toString());
                } else {
                  TERMINAL.forEach(status -> forget(status, jobs.get(index).jobId()));
                }
              }
              return rows;
            });
  }

  /** Removes a job from the index whose data has expired. */
  private Future<Response> forget(String status, String jobId) {
    return lanes.any().send(Request.cmd(Command.ZREM).arg(keys.doneJobs(status)).arg(jobId));
  }

  /** See {@link JobStore#deleteTerminal}. */
  Future<Integer> deleteTerminal() {
    Future<Integer> deleted = Future.succeededFuture(0);
    for (String status : TERMINAL) {
      deleted = deleted.compose(before -> deleteBatch(status, before));
    }
    return deleted;
  }

  private Future<Integer> deleteBatch(String status, int before) {
    return lanes
        .any()
        .send(Request.cmd(Command.ZRANGE).arg(keys.doneJobs(status)).arg(0).arg(DELETE_BATCH - 1L))
        .compose(
            ids -> {
              if (ids.size() == 0) {
                return Future.succeededFuture(before);
              }
              List<Future<Response>> deletions = new ArrayList<>();
              for (Response id : ids) {
                deletions.add(delete(status, id.toString()));
              }
              return Future.all(deletions)
                  .compose(done -> deleteBatch(status, before + ids.size()));
            });
  }

  private Future<Response> delete(String status, String jobId) {
    return lanes
        .of(jobId)
        .send(Request.cmd(Command.GET).arg(keys.row(jobId)))
        .compose(row -> row == null ? Future.succeededFuture() : release(jobId, row.toString()))
        .compose(released -> unlink(status, jobId));
  }

  /** Lets other jobs have the run id that the author of this one chose. */
  private Future<Response> release(String jobId, String row) {
    String runId = Json.parseObject(row, "row").path("run_id").asText();
    if (runId.equals(RunId.of(jobId))) {
      return Future.succeededFuture();
    }
    return lanes
        .any()
        .send(Request.cmd(Command.HGET).arg(keys.chosenRuns()).arg(runId))
        .compose(
            holder ->
                holder != null && holder.toString().equals(jobId)
                    ? lanes.any().send(Request.cmd(Command.HDEL).arg(keys.chosenRuns()).arg(runId))
                    : Future.succeededFuture());
  }

  private Future<Response> unlink(String status, String jobId) {
    Request keysOfJob =
        Request.cmd(Command.UNLINK)
            .arg(keys.state(jobId))
            .arg(keys.blobs(jobId))
            .arg(keys.events(jobId))
            .arg(keys.row(jobId))
            .arg(keys.manifest(jobId));
    return lanes.of(jobId).send(keysOfJob).compose(done -> forget(status, jobId));
  }
}
