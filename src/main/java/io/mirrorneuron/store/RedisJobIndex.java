package io.mirrorneuron.store;

import io.mirrorneuron.model.RunStatus;
import io.mirrorneuron.store.JobStore.RowsWanted;
import io.mirrorneuron.store.bucket.PackedJob;
import io.mirrorneuron.store.bucket.PackedJobs;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Reads the index of jobs; the scripts that change jobs maintain it ({@code job-index.lua}). */
final class RedisJobIndex {
  private static final int BATCH = 100;
  private static final List<String> TERMINAL = RunStatus.FINAL_WORDS;

  private final RedisPipelines pipelines;
  private final Keys keys;
  private final PackedJobs packed;
  private final Script countsScript = Script.onIndex("counts.lua");
  private final Script statusScript = Script.onIndex("status.lua");

  RedisJobIndex(RedisPipelines pipelines, Keys keys, PackedJobs packed) {
    this.pipelines = pipelines;
    this.keys = keys;
    this.packed = packed;
  }

  Future<List<ListedRow>> rows(RowsWanted wanted) {
    return ranked(wanted).compose(this::rowsOf);
  }

  Future<List<RankedJob>> ranked(RowsWanted wanted) {
    List<Future<List<RankedJob>>> indexes = new ArrayList<>();
    if (wanted.open()) {
      indexes.add(newest(keys.activeJobs(), wanted));
    }
    wanted.ended().forEach(status -> indexes.add(newest(keys.doneJobs(status), wanted)));
    return Future.all(indexes)
        .map(
            read ->
                RankedJob.merged(indexes.stream().map(Future::result).toList(), wanted.limit()));
  }

  Future<List<String>> active() {
    return pipelines
        .send(Request.cmd(Command.ZRANGE).arg(keys.activeJobs()).arg(0).arg(-1))
        .map(answer -> answer.stream().map(Response::toString).toList());
  }

  /** See {@link io.mirrorneuron.store.JobStore.EndedJobs#endedJobs}. */
  Future<List<String>> ended(int limit) {
    List<Future<Response>> indexes =
        TERMINAL.stream()
            .map(keys::doneJobs)
            .map(index -> Request.cmd(Command.ZRANGE).arg(index).arg(0).arg(limit - 1L))
            .map(range -> pipelines.any().send(range))
            .toList();
    return Future.all(indexes)
        .map(
            read ->
                indexes.stream()
                    .flatMap(index -> index.result().stream())
                    .limit(limit)
                    .map(Response::toString)
                    .toList());
  }

  Future<Map<String, Long>> counts() {
    return countsScript
        .call()
        .key(keys.jobs())
        .send(pipelines.any())
        .map(
            answer -> {
              Map<String, Long> counts = new TreeMap<>();
              for (int i = 0; i + 1 < answer.size(); i += 2) {
                if (answer.get(i + 1).toLong() > 0) {
                  counts.put(answer.get(i).toString(), answer.get(i + 1).toLong());
                }
              }
              return counts;
            });
  }

  Future<String> status(String jobId) {
    return statusScript
        .call()
        .key(keys.jobs())
        .arg(jobId)
        .send(pipelines.any())
        .map(answer -> answer == null ? null : answer.toString());
  }

  /** Reads all jobs of the same millisecond, as Redis cannot start behind one of them. */
  private Future<List<RankedJob>> newest(String index, RowsWanted wanted) {
    RankedJob after = wanted.after();
    if (after == null) {
      return newest(index, wanted.limit());
    }
    Request same = Request.cmd(Command.ZRANGE).arg(index).arg(after.at()).arg(after.at());
    Request older = Request.cmd(Command.ZRANGE).arg(index).arg("(" + after.at()).arg("-inf");
    Future<List<RankedJob>> ties = ranks(same.arg("BYSCORE").arg("REV"));
    Future<List<RankedJob>> rest =
        ranks(older.arg("BYSCORE").arg("REV").arg("LIMIT").arg(0).arg(wanted.limit()));
    return Future.all(ties, rest)
        .map(
            both ->
                Stream.concat(
                        ties.result().stream().filter(job -> job.compareTo(after) > 0),
                        rest.result().stream())
                    .toList());
  }

  private Future<List<RankedJob>> newest(String index, int limit) {
    return ranks(Request.cmd(Command.ZRANGE).arg(index).arg(0).arg(limit - 1L).arg("REV"));
  }

  private Future<List<RankedJob>> ranks(Request range) {
    return pipelines
        .any()
        .send(range.arg("WITHSCORES"))
        .map(
            answer -> {
              List<RankedJob> found = new ArrayList<>();
              for (int i = 0; i + 1 < answer.size(); i += 2) {
                found.add(new RankedJob(answer.get(i).toString(), answer.get(i + 1).toDouble()));
              }
              return found;
            });
  }

  /** Open jobs first: a job that ends meanwhile is passed on twice. */
  CompletionStage<Void> eachState(String field, Consumer<String> hears) {
    CompletionStage<Void> reported = CompletableFuture.completedStage(null);
    for (String index :
        Stream.concat(Stream.of(keys.activeJobs()), TERMINAL.stream().map(keys::doneJobs))
            .toList()) {
      reported =
          reported
              .thenCompose(before -> newest(index, Integer.MAX_VALUE).toCompletionStage())
              .thenCompose(jobs -> eachState(jobs, 0, field, hears));
    }
    return reported;
  }

  /** Composes stages of Java: futures of Vert.x would complete all batches on one stack. */
  private CompletionStage<Void> eachState(
      List<RankedJob> jobs, int from, String field, Consumer<String> hears) {
    if (from >= jobs.size()) {
      return CompletableFuture.completedStage(null);
    }
    int to = Math.min(from + BATCH, jobs.size());
    List<Future<String>> reads = new ArrayList<>(to - from);
    jobs.subList(from, to).forEach(job -> reads.add(stateField(job.jobId(), field)));
    return Future.all(reads)
        .toCompletionStage()
        .thenCompose(
            all -> {
              reads.stream()
                  .map(Future::result)
                  .filter(Objects::nonNull) // else the job was removed meanwhile
                  .forEach(hears);
              return eachState(jobs, to, field, hears);
            });
  }

  private Future<String> stateField(String jobId, String field) {
    return packed.unlessPacked(
        jobId,
        () ->
            pipelines
                .any()
                .send(Request.cmd(Command.HGET).arg(keys.state(jobId)).arg(field))
                .map(value -> Objects.toString(value, null)),
        job -> job.fields().get(field));
  }

  /** A row key of the wrong type is answered as a missing row. */
  Future<List<ListedRow>> rowsOf(List<RankedJob> jobs) {
    List<Future<Response>> reads = new ArrayList<>();
    for (int from = 0; from < jobs.size(); from += BATCH) {
      Request read = Request.cmd(Command.MGET);
      jobs.subList(from, Math.min(from + BATCH, jobs.size())).stream()
          .map(job -> keys.row(job.jobId()))
          .forEach(read::arg);
      reads.add(pipelines.any().send(read));
    }
    return Future.all(reads)
        .map(
            all -> {
              List<ListedRow> rows = new ArrayList<>(jobs.size());
              for (RankedJob job : jobs) {
                Response row = reads.get(rows.size() / BATCH).result().get(rows.size() % BATCH);
                rows.add(new ListedRow(job, row == null ? null : text(row)));
              }
              return rows;
            });
  }

  private static String text(Response row) {
    try {
      return new String(PackedJob.rowOf(row.toBytes()), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return null; // it is damaged
    }
  }
}
