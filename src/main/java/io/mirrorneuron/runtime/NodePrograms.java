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

  /**
   * @param gate holds programs back that need services
   */
  static LocalExecutions start(
      Config.Executors settings,
      RuntimeIdentity identity,
      RunSinks sinks,
      RunStore runs,
      Storage storage,
      PayloadSource payloads,
      ServiceGate gate) {
    ExecutionHost host =
        ExecutionHost.of(identity.runtimeId(), identity.environment(), identity.clock());
    LocalExecutions executions =
        new LocalExecutions(settings, host, sinks, storage, payloads, gate);
    if (settings.releaseWhileWaiting()) {
      executions.releaseWhileWaiting(new RunQuestions(runs));
    }
    return executions;
  }
}
