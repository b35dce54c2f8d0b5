package io.mirrorneuron.store;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Jobs in Redis; one script call per write, which refuses a stale epoch. */
public final class RedisJobStore implements JobStore {
  private static final Duration IDEMPOTENCY_TTL = Duration.ofHours(24);
  private static final int DELETE_BATCH = 500;
  private static final List<String> TERMINAL = List.of("completed", "failed", "cancelled");
  private static final Pattern STATUS = Pattern.compile("\"status\":\"([a-z]+)\"");

  private final RedisLanes lanes;
  private final Keys keys;
  private final Duration terminalTtl;
  private final int eventsPerJob;
  private final Script createScript;
  private final Script commitScript;
  private final Script takeOverScript;

  /**
   * @param terminalTtl how long a finished job stays
   * @param eventsPerJob events kept of each job, the newest
   */
  public RedisJobStore(RedisLanes lanes, Keys keys, Duration terminalTtl, int eventsPerJob) {
    this.lanes = lanes;
    this.keys = keys;
    this.terminalTtl = terminalTtl;
    this.eventsPerJob = eventsPerJob;
    this.createScript = Script.resource("create.lua");
    this.commitScript = Script.resource("commit.lua");
    this.takeOverScript = Script.resource("take-over.lua");
  }

  @Override
  public CompletionStage<Created> create(NewJob job, Commit commit) {
    Script.Call call = createScript.call();
    keysOf(call, commit);
    String key = job.idempotencyKey() == null ? "" : job.idempotencyKey();
    call.key(keys.idempotency(key));
    call.arg(key.isEmpty() ? "" : job.contentHash()).arg(IDEMPOTENCY_TTL.toMillis());
    call.arg(job.owner()).arg(job.manifest());
    arguments(call, commit);
    return call.send(lanes.of(commit.jobId()))
        .recover(failure -> Future.failedFuture(translate(commit.jobId(), failure)))
        .map(answer -> new Created(answer.toString(), !answer.toString().equals(commit.jobId())))
        .toCompletionStage();
  }

  @Override
  public CompletionStage<Void> commit(Commit commit) {
    Script.Call call = commitScript.call();
    keysOf(call, commit);
    call.arg(commit.epoch());
    arguments(call, commit);
    return call.send(lanes.of(commit.jobId()))
        .recover(failure -> Future.failedFuture(translate(commit.jobId(), failure)))
        .<Void>mapEmpty()
        .toCompletionStage();
  }

  private void keysOf(Script.Call call, Commit commit) {
    String jobId = commit.jobId();
    call.key(keys.state(jobId)).key(keys.events(jobId)).key(keys.row(jobId));
    call.key(keys.activeJobs()).key(keys.doneJobs(commit.status())).key(keys.manifest(jobId));
  }

  private void arguments(Script.Call call, Commit commit) {
    call.arg(commit.jobId()).arg(commit.updatedAt());
    call.arg(commit.terminal() ? terminalTtl.toMillis() : 0).arg(commit.row());
    call.arg(commit.lastSeq()).arg(Math.max(0, commit.lastSeq() - eventsPerJob));
    call.arg(String.join("\n", commit.events()));
    call.arg(commit.set().size() * 2L);
    commit.set().forEach((field, value) -> call.arg(field).arg(value));
    commit.delete().forEach(call::arg);
  }

  private static Throwable translate(String jobId, Throwable failure) {
    String text = String.valueOf(failure.getMessage());
    if (text.contains("FENCED")) {
      return new FencedException(jobId);
    }
    if (text.contains("IDEMPOTENCY")) {
      return new MnException(
          ErrorCode.CONFLICT,
          "idempotency_key_reused",
          "this Idempotency-Key was used before for another submission");
    }
    return failure;
  }

  @Override
  public CompletionStage<Optional<StoredJob>> load(String jobId) {
    RedisLane lane = lanes.of(jobId);
    Future<Response> state = lane.send(Request.cmd(Command.HGETALL).arg(keys.state(jobId)));
    Future<Response> manifest = lane.send(Request.cmd(Command.GET).arg(keys.manifest(jobId)));
    return Future.all(state, manifest)
        .map(both -> stored(jobId, state.result(), manifest.result()))
        .toCompletionStage();
  }

  private static Optional<StoredJob> stored(String jobId, Response state, Response manifest) {
    Map<String, String> fields = new LinkedHashMap<>();
    if (state != null && state.isMap()) {
      state.getKeys().forEach(field -> fields.put(field, state.get(field).toString()));
    } else if (state != null) {
      for (int i = 0; i + 1 < state.size(); i += 2) {
        fields.put(state.get(i).toString(), state.get(i + 1).toString());
      }
    }
    String epoch = fields.remove("epoch");
    String owner = fields.remove("owner");
    if (epoch == null || manifest == null) {
      return Optional.empty();
    }
    return Optional.of(
        new StoredJob(jobId, Long.parseLong(epoch), owner, manifest.toString(), fields));
  }

  @Override
  public CompletionStage<List<String>> activeJobs() {
    return lanes
        .any()
        .send(Request.cmd(Command.ZRANGE).arg(keys.activeJobs()).arg(0).arg(-1))
        .map(answer -> answer.stream().map(Response::toString).toList())
        .toCompletionStage();
  }

  @Override
  public CompletionStage<Long> takeOver(String jobId, String owner) {
    return takeOverScript
        .call()
        .key(keys.state(jobId))
        .arg(owner)
        .send(lanes.of(jobId))
        .map(Response::toLong)
        .toCompletionStage();
  }

  /** The hot read path: finished bytes, on the caller's event loop. */
  public JobRows hotRows() {
    return jobId -> rowAnswer(jobId).map(answer -> answer == null ? null : answer.toBuffer());
  }

  @Override
  public CompletionStage<String> row(String jobId) {
    return rowAnswer(jobId)
        .map(answer -> answer == null ? null : answer.toString())
        .toCompletionStage();
  }

  private Future<Response> rowAnswer(String jobId) {
    return lanes.of(jobId).send(Request.cmd(Command.GET).arg(keys.row(jobId)));
  }

  @Override
  public CompletionStage<List<String>> rows(int limit, boolean includeTerminal) {
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
            })
        .toCompletionStage();
  }

  @Override
  public CompletionStage<Map<String, Long>> counts() {
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
    return Future.all(reads).map(counts).toCompletionStage();
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

  /** Takes a job out of the index whose time is over. */
  private Future<Response> forget(String status, String jobId) {
    return lanes.any().send(Request.cmd(Command.ZREM).arg(keys.doneJobs(status)).arg(jobId));
  }

  @Override
  public CompletionStage<List<StoredEvent>> events(String jobId, long after, int limit) {
    Request range =
        Request.cmd(Command.XRANGE)
            .arg(keys.events(jobId))
            .arg((after + 1) + "-0")
            .arg("+")
            .arg("COUNT")
            .arg(Math.max(1, limit));
    return lanes
        .of(jobId)
        .send(range)
        .map(
            answer -> {
              List<StoredEvent> events = new ArrayList<>();
              for (Response entry : answer) {
                for (StoredEvent event : unpack(entry)) {
                  if (event.seq() > after && events.size() < limit) {
                    events.add(event);
                  }
                }
              }
              return events;
            })
        .toCompletionStage();
  }

  @Override
  public CompletionStage<List<StoredEvent>> lastEvents(String jobId, int limit) {
    Request range =
        Request.cmd(Command.XREVRANGE)
            .arg(keys.events(jobId))
            .arg("+")
            .arg("-")
            .arg("COUNT")
            .arg(Math.max(1, limit));
    return lanes
        .of(jobId)
        .send(range)
        .map(
            answer -> {
              List<StoredEvent> newestFirst = new ArrayList<>();
              for (Response entry : answer) {
                for (StoredEvent event : unpack(entry).reversed()) {
                  if (newestFirst.size() < limit) {
                    newestFirst.add(event);
                  }
                }
              }
              return List.copyOf(newestFirst.reversed());
            })
        .toCompletionStage();
  }

  private static List<StoredEvent> unpack(Response entry) {
    String id = entry.get(0).toString();
    long last = Long.parseLong(id.substring(0, id.indexOf('-')));
    String[] packed = entry.get(1).get(1).toString().split("\n");
    List<StoredEvent> events = new ArrayList<>(packed.length);
    for (int i = 0; i < packed.length; i++) {
      events.add(new StoredEvent(last - packed.length + 1 + i, packed[i]));
    }
    return events;
  }

  @Override
  public CompletionStage<Integer> deleteTerminal() {
    Future<Integer> deleted = Future.succeededFuture(0);
    for (String status : TERMINAL) {
      deleted = deleted.compose(before -> deleteBatch(status, before));
    }
    return deleted.toCompletionStage();
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
    Request keysOfJob =
        Request.cmd(Command.UNLINK)
            .arg(keys.state(jobId))
            .arg(keys.events(jobId))
            .arg(keys.row(jobId))
            .arg(keys.manifest(jobId));
    return lanes.of(jobId).send(keysOfJob).compose(done -> forget(status, jobId));
  }
}
