package io.mirrorneuron.runtime.exec;

import io.mirrorneuron.runtime.exec.pool.Pools.NodeCapacity;
import io.mirrorneuron.runtime.exec.process.ControlGroups;
import io.mirrorneuron.runtime.exec.process.ModelEnvironment;
import io.mirrorneuron.runtime.exec.process.Sampler;
import io.mirrorneuron.runtime.exec.process.Supervision.GracePeriods;
import io.mirrorneuron.runtime.exec.spawn.Spawner;
import io.mirrorneuron.runtime.port.NodeFaults;
import java.time.Clock;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The machine that programs run on.
 *
 * @param runtimeId marks all processes of this data directory; see {@link Orphans}
 * @param serverEnvironment of this process; programs get only a few of its variables
 * @param stock current capacity of the machine; called often, must not block
 * @param models adds variables about language models
 * @param faults records failures that this node causes
 */
public record ExecutionHost(
    String runtimeId,
    Map<String, String> serverEnvironment,
    GracePeriods grace,
    Spawner spawner,
    Sampler.Pace pace,
    ControlGroups groups,
    Supplier<NodeCapacity> stock,
    ModelEnvironment models,
    NodeFaults faults,
    Clock clock) {

  /** A host with default settings and unlimited capacity. */
  public static ExecutionHost of(
      String runtimeId, Map<String, String> serverEnvironment, Clock clock) {
    return new ExecutionHost(
        runtimeId,
        serverEnvironment,
        GracePeriods.DEFAULT,
        Spawner.best(runtimeId),
        Sampler.Pace.DEFAULT,
        ControlGroups.NONE,
        () -> NodeCapacity.endless(runtimeId),
        ModelEnvironment.NONE,
        NodeFaults.NONE,
        clock);
  }

  public ExecutionHost having(Supplier<NodeCapacity> things) {
    return new ExecutionHost(
        runtimeId, serverEnvironment, grace, spawner, pace, groups, things, models, faults, clock);
  }

  public ExecutionHost telling(ModelEnvironment reported) {
    return new ExecutionHost(
        runtimeId, serverEnvironment, grace, spawner, pace, groups, stock, reported, faults, clock);
  }

  public ExecutionHost noting(NodeFaults noted) {
    return new ExecutionHost(
        runtimeId, serverEnvironment, grace, spawner, pace, groups, stock, models, noted, clock);
  }

  /** Programs enter these groups where the spawner supports that. */
  public ExecutionHost within(ControlGroups kept) {
    return new ExecutionHost(
        runtimeId,
        serverEnvironment,
        grace,
        spawner,
        pace,
        spawner.canEnterGroups() ? kept : ControlGroups.NONE,
        stock,
        models,
        faults,
        clock);
  }
}
