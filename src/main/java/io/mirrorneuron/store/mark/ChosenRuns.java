package io.mirrorneuron.store.mark;

import io.mirrorneuron.store.Keys;
import io.mirrorneuron.store.RedisLanes;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.util.concurrent.CompletionStage;

/** The jobs of runs whose ids their authors chose. */
public record ChosenRuns(RedisLanes lanes, Keys keys) {
  /** The job that has, or had, the run; null when there is none. */
  public CompletionStage<String> job(String runId) {
    return lanes
        .send(Request.cmd(Command.HGET).arg(keys.chosenRuns()).arg(runId))
        .map(job -> job == null ? null : job.toString())
        .toCompletionStage();
  }
}
