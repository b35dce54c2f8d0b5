package io.mirrorneuron.store.bucket;

import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Copies what jobs have of which there is one for all jobs: idempotency keys, and run ids that were
 * chosen. In buckets each claim is a key in the bucket of its own name, see {@link JobClaims}; on
 * one Redis the runs are one hash. Claims of jobs that are gone stay behind.
 */
final class ClaimMove {
  private final StorePlaces from;
  private final StorePlaces to;
  private final Set<String> jobs;

  /**
   * @param jobs those that were copied
   */
  ClaimMove(StorePlaces from, StorePlaces to, Set<String> jobs) {
    this.from = from;
    this.to = to;
    this.jobs = jobs;
  }

  void run() {
    for (Place place : from.jobs()) {
      each(place, place.keys().idempotency(""), name -> copyKey(place, name));
      if (from.isBuckets()) {
        ClaimKeys claims = new ClaimKeys(place.keys());
        each(place, claims.run(""), run -> copyRun(run, job(text(place, claims.run(run)))));
      } else {
        StoredJobs.texts(
                StoreMove.ask(place, Request.cmd(Command.HGETALL).arg(place.keys().chosenRuns())))
            .forEach(this::copyRun);
      }
    }
  }

  private static void each(Place place, String beginning, Consumer<String> hears) {
    OtherMove.eachPage(
        place,
        beginning,
        page -> page.forEach(key -> hears.accept(key.substring(beginning.length()))));
  }

  /** Empty when it is gone. */
  private static String text(Place place, String key) {
    Response text = StoreMove.ask(place, Request.cmd(Command.GET).arg(key));
    return text == null ? "" : text.toString();
  }

  /** Of {@code <hash> <job>}. */
  private static String job(String claim) {
    return claim.substring(claim.indexOf(' ') + 1);
  }

  /** For as long as it still holds. */
  private void copyKey(Place place, String name) {
    String key = place.keys().idempotency(name);
    String claim = text(place, key);
    long left = StoreMove.ask(place, Request.cmd(Command.PTTL).arg(key)).toLong();
    if (left > 0 && jobs.contains(job(claim))) {
      Place there = to.of(name);
      StoreMove.ask(
          there,
          Request.cmd(Command.SET)
              .arg(there.keys().idempotency(name))
              .arg(claim)
              .arg("PX")
              .arg(left));
    }
  }

  private void copyRun(String run, String job) {
    if (!jobs.contains(job)) {
      return;
    }
    Place there = to.of(run);
    StoreMove.ask(
        there,
        to.isBuckets()
            ? Request.cmd(Command.SET).arg(new ClaimKeys(there.keys()).run(run)).arg("- " + job)
            : Request.cmd(Command.HSET).arg(there.keys().chosenRuns()).arg(run).arg(job));
  }
}
