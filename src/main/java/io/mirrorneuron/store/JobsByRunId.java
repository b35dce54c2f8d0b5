package io.mirrorneuron.store;

import io.mirrorneuron.store.bucket.ClaimKeys;
import io.mirrorneuron.store.bucket.StorePlaces;
import io.mirrorneuron.store.bucket.StorePlaces.Place;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.concurrent.CompletionStage;

/** Finds jobs by run ids that their authors chose. */
public record JobsByRunId(StorePlaces places) {
  /** The job that has, or had, the run; null when there is none. */
  public CompletionStage<String> job(String runId) {
    Place place = places.of(runId);
    Future<String> job =
        places.isBuckets()
            ? ask(place, Request.cmd(Command.GET).arg(new ClaimKeys(place.keys()).run(runId)))
                .map(claim -> claim == null ? null : claim.substring(claim.indexOf(' ') + 1))
            : ask(place, Request.cmd(Command.HGET).arg(place.keys().chosenRuns()).arg(runId));
    return job.toCompletionStage();
  }

  private static Future<String> ask(Place place, Request request) {
    return place.pipelines().send(request).map(JobsByRunId::text);
  }

  private static String text(Response answer) {
    return answer == null ? null : answer.toString();
  }
}
