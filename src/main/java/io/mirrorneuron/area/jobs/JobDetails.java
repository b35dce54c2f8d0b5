package io.mirrorneuron.area.jobs;

import io.mirrorneuron.bus.AreaThreads;
import io.mirrorneuron.bus.AreaVerticle;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.function.Function;

/**
 * Details of jobs with what their runs have, wherever that is. Lives on one event loop.
 *
 * @param isElsewhere whether another node has a run
 */
record JobDetails(
    JobViewCaches views,
    JobReads reads,
    FarFacts far,
    Function<String, Future<Boolean>> isElsewhere,
    AreaThreads threads) {

  Future<Buffer> of(String jobId) {
    return views
        .status(jobId)
        .compose(
            standing -> {
              String run = standing.job().runId();
              return run == null
                  ? views.detail(jobId)
                  : isElsewhere
                      .apply(run)
                      .otherwise(false) // the store is away
                      .compose(isFar -> isFar ? elsewhere(jobId, run) : views.detail(jobId));
            });
  }

  private Future<Buffer> elsewhere(String jobId, String runId) {
    return far.of(runId)
        .compose(told -> threads.blocking(() -> AreaVerticle.encode(reads.compact(jobId, told))));
  }
}
