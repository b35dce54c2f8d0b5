package io.mirrorneuron.runtime.exec;

import io.mirrorneuron.runtime.exec.meter.Sampler;
import io.mirrorneuron.runtime.exec.process.GracePeriods;
import io.mirrorneuron.runtime.exec.spawn.Spawner;
import java.time.Clock;
import java.util.Map;

/**
 * The machine that programs run on.
 *
 * @param runtimeId marks all processes of this data directory; see {@link Orphans}
 * @param serverEnvironment of this process; only a few names of it reach programs
 * @param grace how long programs have to end by themselves
 * @param pace how often they are looked at
 */
public record ExecutionHost(
    String runtimeId,
    Map<String, String> serverEnvironment,
    GracePeriods grace,
    Spawner spawner,
    Sampler.Pace pace,
    Clock clock) {

  /**
   * With what is usual.
   *
   * @param runtimeId marks all processes of this data directory; see {@link Orphans}
   * @param serverEnvironment of this process; only a few names of it reach programs
   */
  public static ExecutionHost of(
      String runtimeId, Map<String, String> serverEnvironment, Clock clock) {
    return new ExecutionHost(
        runtimeId,
        serverEnvironment,
        GracePeriods.DEFAULT,
        Spawner.best(runtimeId),
        Sampler.Pace.DEFAULT,
        clock);
  }
}
