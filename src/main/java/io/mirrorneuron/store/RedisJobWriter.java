package io.mirrorneuron.store;

import io.mirrorneuron.store.JobStore.Commit;
import io.mirrorneuron.store.JobStore.Created;
import io.mirrorneuron.store.JobStore.FencedException;
import io.mirrorneuron.store.JobStore.JobCreationErrors;
import io.mirrorneuron.store.JobStore.NewJob;
import io.mirrorneuron.store.bucket.ClaimKeys;
import io.mirrorneuron.store.bucket.PackedJobs;
import io.mirrorneuron.store.bucket.WrittenJobs;
import io.vertx.core.Future;
import io.vertx.redis.client.Response;
import java.time.Duration;

/**
 * Writes jobs to Redis: one script call creates a job or commits a turn, atomically. The turn that
 * ends a job packs it, when {@link WrittenJobs} remembers all of it.
 */
final class RedisJobWriter {
  private static final Script TAKE_OVER = Script.resource("take-over.lua");
  private static final Duration IDEMPOTENCY_TTL = Duration.ofHours(24);

  /** Error of the script, followed by the job that has the run id. */
  private static final String RUN_ID = "RUN_ID";

  /** Error of the script: unknown payload files. */
  private static final String BUNDLE = "BUNDLE";

  /** Error of the script: the job has ended and is packed. */
  private static final String PACKED = "PACKED";

  private final RedisPipelines pipelines;
  private final Keys keys;
  private final Duration terminalTtl;
  private final int eventsPerJob;
  private final WrittenJobs written;
  private final PackedJobs packedJobs;
  private final Script createScript = Script.onIndex("create.lua");
  private final Script createClaimedScript = Script.onIndex("create-claimed.lua", "create.lua");
  private final Script commitScript = Script.onIndex("commit.lua");
  private final Script endScript = Script.onIndex("end.lua");
  private final Script abandonScript = Script.onIndex("abandon.lua", "commit.lua");

  /**
   * @param terminalTtl how long an ended job stays
   * @param eventsPerJob newest events kept of each job
   */
  RedisJobWriter(
      RedisPipelines pipelines,
      Keys keys,
      PackedJobs packedJobs,
      WrittenJobs written,
      Duration terminalTtl,
      int eventsPerJob) {
    this.pipelines = pipelines;
    this.keys = keys;
    this.terminalTtl = terminalTtl;
    this.eventsPerJob = eventsPerJob;
    this.written = written;
    this.packedJobs = packedJobs;
  }

  Future<Created> create(NewJob job, Commit commit) {
    String key = job.idempotencyKey() == null ? "" : job.idempotencyKey();
    Script.Call call = keysOf(createScript.call(), commit.jobId());
    call.key(keys.idempotency(key)).key(keys.chosenRuns()).key(keys.bundles());
    call.arg(key.isEmpty() ? "" : job.contentHash()).arg(IDEMPOTENCY_TTL.toMillis());
    arguments(call, job, commit);
    call.arg(job.runId() == null ? "" : job.runId());
    call.arg(job.bundle() == null ? "" : job.bundle());
    return created(call, job, commit);
  }

  /** The same for a job in a bucket, whose shared ids are claimed elsewhere. */
  Future<Created> createClaimed(NewJob job, Commit commit) {
    Script.Call call = keysOf(createClaimedScript.call(), commit.jobId());
    call.key(keys.idempotency("")).key(keys.chosenRuns()).key(keys.bundles());
    ClaimKeys claims = new ClaimKeys(keys);
    call.key(claims.voided(commit.jobId())).key(claims.intents());
    call.arg("").arg(job.runId() == null ? "" : job.runId());
    arguments(call, job, commit);
    return created(call.arg("").arg(""), job, commit);
  }

  private void arguments(Script.Call call, NewJob job, Commit commit) {
    byte[] packed = commit.terminal() ? written.endedAtOnce(job, commit) : null;
    if (packed == null) {
      call.arg(job.owner()).arg(job.manifest());
      arguments(call, commit);
    } else {
      beginning(call.arg("").arg(""), commit).arg(packed).arg(commit.lastSeq()).arg(0).arg("");
      call.arg(0).arg(0).arg(0).arg(0).arg(0);
    }
  }

  private Future<Created> created(Script.Call call, NewJob job, Commit commit) {
    return sent(call, commit.jobId())
        .map(
            answer -> {
              boolean existing = !answer.toString().equals(commit.jobId());
              if (!existing && !commit.terminal()) {
                written.made(job, commit);
              }
              return new Created(answer.toString(), existing);
            });
  }

  Future<Void> commit(Commit commit) {
    byte[] packed = commit.terminal() ? written.ended(commit) : null;
    if (packed != null) {
      return end(commit, packed);
    }
    return write(commitScript, commit)
        .recover(
            failure ->
                String.valueOf(failure.getMessage()).contains(PACKED)
                    ? packedJobs.thaw(commit.jobId()).compose(done -> write(commitScript, commit))
                    : Future.failedFuture(failure))
        .map(
            done -> {
              written.went(commit);
              return (Void) null;
            })
        .onFailure(failure -> written.forget(commit.jobId()));
  }

  private Future<Void> end(Commit last, byte[] packed) {
    Script.Call call = keysOf(endScript.call(), last.jobId()).arg(last.epoch());
    beginning(call, last).arg(packed);
    last.allocations().freed().forEach(call::arg);
    return sent(call, last.jobId()).mapEmpty();
  }

  Future<Boolean> abandon(Commit end) {
    written.forget(end.jobId());
    return write(abandonScript, end).map(Response::toBoolean);
  }

  Future<Long> takeOver(String jobId, String from, String to, long at) {
    written.forget(jobId); // the new owner writes from now on
    return taken(jobId, from, to, at)
        .compose(
            epoch ->
                epoch >= 0
                    ? Future.succeededFuture(epoch)
                    : packedJobs.thaw(jobId).compose(done -> taken(jobId, from, to, at)));
  }

  private Future<Long> taken(String jobId, String from, String to, long at) {
    return TAKE_OVER
        .call()
        .key(keys.state(jobId))
        .arg(from)
        .arg(to)
        .arg(at)
        .send(pipelines.of(jobId))
        .map(Response::toLong);
  }

  private Future<Response> write(Script script, Commit commit) {
    Script.Call call = keysOf(script.call(), commit.jobId());
    call.arg(commit.epoch());
    arguments(call, commit);
    call.arg(commit.manifest() == null ? "" : commit.manifest());
    return sent(call, commit.jobId());
  }

  private Future<Response> sent(Script.Call call, String jobId) {
    return call.send(pipelines.of(jobId))
        .recover(failure -> Future.failedFuture(translate(jobId, failure)));
  }

  private Script.Call keysOf(Script.Call call, String jobId) {
    keys.ofJob(jobId).forEach(call::key);
    return call.key(keys.jobs()).key(keys.allocations());
  }

  private Script.Call beginning(Script.Call call, Commit commit) {
    return call.arg(commit.jobId())
        .arg(commit.updatedAt())
        .arg(commit.status())
        .arg(commit.terminal() ? Math.max(1, terminalTtl.toMillis()) : 0);
  }

  private void arguments(Script.Call call, Commit commit) {
    beginning(call, commit).arg(commit.row());
    call.arg(commit.lastSeq()).arg(Math.max(0, commit.lastSeq() - eventsPerJob));
    call.arg(String.join("\n", commit.events()));
    call.arg(commit.set().size() * 2L).arg(commit.delete().size()).arg(commit.blobs().size() * 2L);
    call.arg(commit.allocations().freed().size()).arg(commit.allocations().given().size() * 2L);
    commit.allocations().freed().forEach(call::arg);
    commit.allocations().given().forEach((execution, text) -> call.arg(execution).arg(text));
    commit.set().forEach((field, value) -> call.arg(field).arg(value));
    commit.delete().forEach(call::arg);
    commit.blobs().forEach((name, text) -> call.arg(name).arg(text));
    commit.dropped().forEach(call::arg);
  }

  private static Throwable translate(String jobId, Throwable failure) {
    String text = String.valueOf(failure.getMessage());
    if (text.contains("FENCED")) {
      return new FencedException(jobId);
    }
    if (text.contains("IDEMPOTENCY")) {
      return JobCreationErrors.keyReused();
    }
    if (text.contains(RUN_ID)) {
      return JobCreationErrors.runIdInUse(
          text.substring(text.indexOf(RUN_ID) + RUN_ID.length()).strip());
    }
    if (text.contains(BUNDLE)) {
      return JobCreationErrors.bundleGone();
    }
    return failure;
  }
}
