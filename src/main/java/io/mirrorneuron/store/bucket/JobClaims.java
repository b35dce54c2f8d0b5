package io.mirrorneuron.store.bucket;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.RunId;
import io.mirrorneuron.store.JobStore.JobCreationErrors;
import io.mirrorneuron.store.JobStore.NewJob;
import io.mirrorneuron.store.Script;
import io.mirrorneuron.store.bucket.StorePlaces.Place;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.Optional;

/**
 * Claims on ids that are unique across all jobs: idempotency key and chosen run id; also checks
 * that payload files exist. See {@code claims.lua} for how a claim and its job, in different slots,
 * stay consistent after a crash.
 */
final class JobClaims {
  private static final Duration DAY = Duration.ofHours(24);

  /** Younger intents may belong to a job that is being created. */
  private static final Duration UNDER_WAY = Duration.ofMinutes(1);

  private static final int BATCH = 500;
  private static final Script SCRIPT = Script.resource("claims.lua");
  private static final Script BUNDLES = Script.resource("bundles.lua");

  private final StorePlaces places;

  JobClaims(StorePlaces places) {
    this.places = places;
  }

  /** Holder of a claim: {@code <hash> <job>}. */
  private record Claim(String hash, String jobId) {
    static Claim of(String text) {
      int end = text.indexOf(' ');
      return new Claim(text.substring(0, end), text.substring(end + 1));
    }

    String text() {
      return hash + " " + jobId;
    }
  }

  /**
   * Makes all claims of the job. Returns the existing job with the same idempotency key; fails when
   * another job has a claim.
   */
  Future<Optional<String>> claim(NewJob job) {
    return bundle(job.bundle())
        .compose(kept -> key(job))
        .compose(
            before ->
                before.isPresent() || job.runId() == null
                    ? Future.succeededFuture(before)
                    : run(job).map(before));
  }

  /** The check marks the files as used, so they are not removed, see {@code bundles.lua}. */
  private Future<Void> bundle(String fingerprint) {
    if (fingerprint == null) {
      return Future.succeededFuture();
    }
    Place shared = places.shared();
    return BUNDLES
        .call()
        .key(shared.keys().bundles())
        .arg("keep")
        .arg(fingerprint)
        .send(shared.pipelines())
        .compose(
            entry ->
                entry == null
                    ? Future.failedFuture(JobCreationErrors.bundleGone())
                    : Future.succeededFuture());
  }

  private Future<Optional<String>> key(NewJob job) {
    if (job.idempotencyKey() == null) {
      return Future.succeededFuture(Optional.empty());
    }
    Place place = places.of(job.idempotencyKey());
    Claim mine = new Claim(job.contentHash(), job.jobId());
    return take(place, place.keys().idempotency(job.idempotencyKey()), mine, DAY.toMillis(), "")
        .compose(
            holder ->
                holder.equals(mine)
                    ? Future.succeededFuture(Optional.empty())
                    : holder.hash().equals(mine.hash())
                        ? Future.succeededFuture(Optional.of(holder.jobId()))
                        : Future.failedFuture(JobCreationErrors.keyReused()));
  }

  private Future<Void> run(NewJob job) {
    Place place = places.of(job.runId());
    Claim mine = new Claim("-", job.jobId());
    String named = RunId.job(job.runId()).filter(id -> !id.equals(job.jobId())).orElse(null);
    return (named == null ? Future.succeededFuture(false) : exists(named))
        .compose(
            isOthers ->
                isOthers
                    ? Future.<Void>failedFuture(JobCreationErrors.runIdInUse(named))
                    : intend(job).mapEmpty())
        .compose(noted -> take(place, claim(place, job.runId()), mine, 0, ""))
        .compose(
            holder ->
                holder.equals(mine)
                    ? Future.succeededFuture()
                    : Future.failedFuture(JobCreationErrors.runIdInUse(holder.jobId())));
  }

  private static String claim(Place place, String runId) {
    return new ClaimKeys(place.keys()).run(runId);
  }

  private Future<Response> intend(NewJob job) {
    Place own = places.of(job.jobId());
    return SCRIPT
        .call()
        .key(new ClaimKeys(own.keys()).intents())
        .arg("intend")
        .arg(job.jobId() + "\n" + job.runId())
        .send(own.pipelines());
  }

  /**
   * Returns the claim that holds then.
   *
   * @param over the claim of a voided job, or empty
   */
  private Future<Claim> take(Place place, String key, Claim mine, long lastsMs, String over) {
    return SCRIPT
        .call()
        .key(key)
        .arg("claim")
        .arg(mine.text())
        .arg(lastsMs)
        .arg(over)
        .send(place.pipelines())
        .map(answer -> Claim.of(answer.toString()))
        .compose(
            holder ->
                holder.equals(mine) || holder.jobId().equals(mine.jobId())
                    ? Future.succeededFuture(holder)
                    : unlessVoid(holder.jobId())
                        .compose(
                            exists ->
                                exists
                                    ? Future.succeededFuture(holder)
                                    : take(place, key, mine, lastsMs, holder.text())));
  }

  /** Whether the job exists; if not, it can never be created. */
  private Future<Boolean> unlessVoid(String jobId) {
    Place own = places.of(jobId);
    return SCRIPT
        .call()
        .key(own.keys().state(jobId))
        .key(new ClaimKeys(own.keys()).voided(jobId))
        .arg("void")
        .arg(DAY.toMillis())
        .send(own.pipelines())
        .map(Response::toBoolean);
  }

  private Future<Boolean> exists(String jobId) {
    Place own = places.of(jobId);
    return own.pipelines()
        .send(jobId, Request.cmd(Command.EXISTS).arg(own.keys().state(jobId)))
        .map(Response::toBoolean);
  }

  /** Maps a refusal to create the job: another job has taken its claims. */
  static Throwable refusal(Throwable failure) {
    return String.valueOf(failure.getMessage()).contains("VOID")
        ? MnException.unavailable(
            "another submission with the same key or run id was faster; submit it again", failure)
        : failure;
  }

  /** Frees claims of this bucket's jobs that are gone, or were never created. */
  Future<Void> settle(Place bucket) {
    return SCRIPT
        .call()
        .key(new ClaimKeys(bucket.keys()).intents())
        .arg("intents")
        .arg(UNDER_WAY.toMillis())
        .arg(BATCH)
        .send(bucket.pipelines())
        .compose(
            intents ->
                Future.all(intents.stream().map(each -> settle(bucket, each.toString())).toList())
                    .compose(
                        all -> intents.size() < BATCH ? Future.succeededFuture() : settle(bucket)));
  }

  private Future<?> settle(Place bucket, String intent) {
    int end = intent.indexOf('\n');
    String jobId = intent.substring(0, end);
    String runId = intent.substring(end + 1);
    return unlessVoid(jobId)
        .compose(exists -> exists ? Future.succeededFuture() : free(runId, jobId))
        .compose(
            done ->
                bucket
                    .pipelines()
                    .send(
                        Request.cmd(Command.ZREM)
                            .arg(new ClaimKeys(bucket.keys()).intents())
                            .arg(intent)));
  }

  private Future<Response> free(String runId, String jobId) {
    Place place = places.of(runId);
    return SCRIPT
        .call()
        .key(claim(place, runId))
        .arg("free")
        .arg(new Claim("-", jobId).text())
        .send(place.pipelines());
  }
}
