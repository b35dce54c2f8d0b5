package io.mirrorneuron.runtime;

import io.mirrorneuron.config.Config;
import io.mirrorneuron.run.RunStore;
import io.mirrorneuron.runtime.exec.ExecutionHost;
import io.mirrorneuron.runtime.exec.LocalExecutions;
import io.mirrorneuron.runtime.exec.RunSinks;
import io.mirrorneuron.runtime.port.PayloadSource;
import io.mirrorneuron.runtime.port.ServiceGate;
import io.mirrorneuron.storage.Storage;

/** Makes what runs the programs of this node. */
final class NodePrograms {
  private NodePrograms() {}

  /** What programs find on this machine. */
  static ExecutionHost host(RuntimeIdentity identity, NodeMachine machine) {
    return ExecutionHost.of(identity.runtimeId(), identity.environment(), identity.clock())
        .having(machine.stock());
  }

  /**
   * @param gate holds programs back that need services
   */
  static LocalExecutions start(
      Config.Executors settings,
      ExecutionHost host,
      RunSinks sinks,
      RunStore runs,
      Storage storage,
      PayloadSource payloads,
      ServiceGate gate) {
    LocalExecutions executions =
        new LocalExecutions(settings, host, sinks, storage, payloads, gate);
    if (settings.releaseWhileWaiting()) {
      executions.releaseWhileWaiting(new RunQuestions(runs));
    }
    return executions;
  }
}
