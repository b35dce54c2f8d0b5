package io.mirrorneuron.area.jobs;

import io.mirrorneuron.area.Platform;
import io.mirrorneuron.bus.AreaVerticle;

/** The area {@code jobs}: what runs and what became of it, of the runtime and of run folders. */
public final class JobsModule {
  private JobsModule() {}

  public static AreaVerticle of(Platform platform) {
    JobRuns runs =
        new JobRuns(platform.runs(), platform.shownRuns(), platform.index(), platform.clock());
    return new JobsVerticle(
        platform.jobs(),
        platform.rows().orElse(null),
        runs,
        platform.staging(),
        platform.config().grpc().adminToken(),
        platform.clock());
  }
}
