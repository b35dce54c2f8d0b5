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
 * @param serverEnvironment of this process; only a few names of it reach programs
 * @param grace how long programs have to end by themselves
 * @param pace how often they are looked at
 * @param groups that the kernel keeps to limits
 * @param stock what the machine has for them now; asked often, must not block
 * @param models what they are told of language models
 * @param faults is told what goes wrong for reasons of this node
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

  /**
   * With what is usual, and nothing that could run out.
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
        ControlGroups.NONE,
        () -> NodeCapacity.endless(runtimeId),
        ModelEnvironment.NONE,
        NodeFaults.NONE,
        clock);
  }

  /** The same with what this machine has. */
  public ExecutionHost having(Supplier<NodeCapacity> things) {
    return new ExecutionHost(
        runtimeId, serverEnvironment, grace, spawner, pace, groups, things, models, faults, clock);
  }

  /** The same, telling programs this of language models. */
  public ExecutionHost telling(ModelEnvironment reported) {
    return new ExecutionHost(
        runtimeId, serverEnvironment, grace, spawner, pace, groups, stock, reported, faults, clock);
  }

  /** The same, noting there what goes wrong for reasons of the node. */
  public ExecutionHost noting(NodeFaults noted) {
    return new ExecutionHost(
        runtimeId, serverEnvironment, grace, spawner, pace, groups, stock, models, noted, clock);
  }

  /** The same with these groups, where programs can enter them. */
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
