package io.mirrorneuron.runtime;

import io.mirrorneuron.config.Config;
import io.mirrorneuron.models.ProgramModels;
import io.mirrorneuron.run.RunStore;
import io.mirrorneuron.runtime.exec.ExecutionHost;
import io.mirrorneuron.runtime.exec.LocalExecutions;
import io.mirrorneuron.runtime.exec.bound.UnifiedGroups;
import io.mirrorneuron.runtime.port.ServiceGate;
import io.mirrorneuron.runtime.port.Timers;
import io.mirrorneuron.storage.Storage;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Makes what runs the programs of this node. */
final class NodePrograms {
  private NodePrograms() {}

  /**
   * @param far has the programs of other nodes
   * @param gate holds programs back that need services
   */
  static LocalExecutions start(
      RuntimeSettings settings,
      RuntimeIdentity identity,
      NodeMachine machine,
      RunStore runs,
      Storage storage,
      NodeElsewhere far,
      ServiceGate gate) {
    Config.Executors programs = settings.executors();
    ExecutionHost host =
        ExecutionHost.of(identity.runtimeId(), identity.environment(), identity.clock())
            .having(machine.stock())
            .telling(new ProgramModels(settings.models())::besides)
            .noting(far.drains().faults())
            .within(UnifiedGroups.ofMachine(identity.runtimeId()));
    LocalExecutions executions =
        new LocalExecutions(programs, host, far.sinks(), storage, far.payloads(), gate);
    if (programs.releaseWhileWaiting()) {
      executions.releaseWhileWaiting(new RunQuestions(runs));
    }
    return executions;
  }

  /**
   * @param exists whether there is a job or schedule with this id
   * @param status of a job; null when there is none
   */
  static SubmissionSweep sweep(
      RuntimeSettings settings,
      LocalExecutions executions,
      Function<String, CompletionStage<Boolean>> exists,
      Function<String, CompletionStage<String>> status,
      Timers timers) {
    return new SubmissionSweep(
        executions.submissions().claims(),
        settings.orStrangers(exists),
        status,
        timers,
        Thread::startVirtualThread);
  }
}
