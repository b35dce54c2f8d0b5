package io.mirrorneuron.runtime.local;

import io.mirrorneuron.model.Lifetime;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.node.NodeUpkeep;
import io.mirrorneuron.port.operation.OperationsPort;
import io.mirrorneuron.runtime.machine.HeldLead;
import io.mirrorneuron.runtime.machine.MachineLoop;
import io.mirrorneuron.runtime.port.Timers;
import io.mirrorneuron.store.LeaderLease;
import io.mirrorneuron.store.RecordStore;
import io.mirrorneuron.store.ServedJobStore;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** Operations, as far as this server keeps them: the loop, its leader, and who asks it. */
public final class OperationKeeper implements AutoCloseable {
  private final HeldLead lead;
  private final MachineLoop<Operation, OperationInput, OperationDeed> loop;
  private final LocalOperations port;

  /**
   * @param lease decides which server goes on with what another one has left
   * @param owner of this server
   * @param lifetime says how often it asks whether it does, and looks for that
   * @param suffixes gives texts that sort by time, never the same twice
   */
  public record Home(
      RecordStore records,
      LeaderLease lease,
      String owner,
      Lifetime lifetime,
      Supplier<String> suffixes) {}

  /**
   * What operations are done with.
   *
   * @param jobs of all nodes
   * @param clearing when what has ended may be removed
   */
  public record Means(JobsPort jobs, ServedJobStore store, Clearing clearing, NodeUpkeep nodes) {}

  /**
   * @param threads that may block
   */
  public OperationKeeper(Home home, Means means, Timers timers, Executor threads) {
    OperationMachine machine = new OperationMachine();
    JobsOfOneNode nodes = new JobsOfOneNode(means.nodes(), means.store());
    GroupedJobs jobs =
        new GroupedJobs(means.jobs(), means.store(), means.clearing(), threads, timers);
    lead = new HeldLead(OperationMachine.KIND, home.owner(), home.lease(), home.lifetime(), timers);
    loop =
        new MachineLoop<>(
            machine,
            home.records(),
            new OperationDeeds(jobs, nodes, threads),
            lead,
            home.lifetime(),
            timers);
    port =
        new LocalOperations(
            loop, machine, home.records(), means.store(), nodes, home.suffixes(), timers);
  }

  /** Goes on with what was left, once this server leads. */
  public void start() {
    lead.start();
    loop.start();
  }

  public OperationsPort port() {
    return port;
  }

  /** What is not done is done after the next start, or by another server. */
  @Override
  public void close() {
    loop.close();
    lead.close();
  }
}
