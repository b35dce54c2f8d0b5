package io.mirrorneuron.runtime.exec;

import io.mirrorneuron.config.Config.DefaultRunner;
import io.mirrorneuron.runtime.exec.process.Notice;
import io.mirrorneuron.runtime.exec.process.Preparation;
import io.mirrorneuron.runtime.exec.process.PythonEnvironment;
import io.mirrorneuron.runtime.exec.protocol.StoredText;
import io.mirrorneuron.runtime.exec.workspace.ExecutorSettings;
import io.mirrorneuron.runtime.exec.workspace.SubmissionFolder;
import io.mirrorneuron.runtime.exec.workspace.Workspace;
import io.mirrorneuron.runtime.exec.workspace.Workspaces.NotStarted;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.Executions.Ending;
import io.mirrorneuron.runtime.port.Executions.Lease;
import io.mirrorneuron.runtime.port.Executions.Listener;
import io.mirrorneuron.runtime.port.Executions.Outcome;
import io.mirrorneuron.runtime.port.Executions.Sandbox;
import io.mirrorneuron.runtime.port.Executions.Structured;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Port: one way to run a program that has its slots and its workspace. */
interface Runner {

  /** Name in events, results and the description of a node, for example {@code host_local}. */
  String name();

  /** The values of {@code runner_module} in a manifest that select this runner. */
  Set<String> modules();

  /**
   * Runs the program on the calling thread until none of its processes is left.
   *
   * @param listener receives beacons, not the outcome
   * @param inbox may hold {@link Notice.Stop}, now or later
   */
  Outcome run(Prepared prepared, Listener listener, Notice.Inbox inbox) throws NotStarted;

  /**
   * A program that is ready to start.
   *
   * @param execution with the deadlines of its step
   * @param submission the folder shared by the programs of its job
   */
  record Prepared(
      Execution execution,
      ExecutorSettings settings,
      Workspace workspace,
      SubmissionFolder submission,
      PythonEnvironment python,
      Lease lease) {}

  /**
   * The runners of this node.
   *
   * @param standard runs programs whose manifest names no runner, or a sandbox that this node lacks
   * @param fallback whether {@code standard} may be used so
   */
  record Runners(List<Runner> all, Runner standard, DefaultRunner fallback) {
    private static final Set<String> SANDBOXES =
        Set.of("MirrorNeuron.Runner.OpenShell", "MirrorNeuron.Sandbox.OpenShell");

    /**
     * @param module {@code runner_module} of a manifest; empty for none
     */
    Runner choose(String module) throws NotStarted {
      for (Runner runner : all) {
        if (runner.modules().contains(module)) {
          return runner;
        }
      }
      boolean open = module.isEmpty() || SANDBOXES.contains(module);
      if (open && fallback == DefaultRunner.HOST_LOCAL) {
        return standard;
      }
      throw new NotStarted(
          "runner_unavailable: %s is not available here; set runner_module to %s"
              .formatted(
                  module.isEmpty() ? "a default runner" : "runner " + module,
                  "MirrorNeuron.Runner.HostLocal"));
    }

    List<String> names() {
      return all.stream().map(Runner::name).toList();
    }
  }

  /** The outcome of an execution whose Python environment could not be made. */
  static final class FailedPreparation {
    private FailedPreparation() {}

    /** FAILED rather than NOT_STARTED, as a retry may succeed; there is no lease yet. */
    static Outcome outcome(Preparation.Failed failed, ExecutorSettings settings) {
      String output = new StoredText(Map.of(), settings.maxOutputBytes()).of(failed.output());
      return new Outcome(
          Ending.FAILED,
          failed.error(),
          failed.exitCode(),
          Sandbox.NONE,
          "",
          output,
          Structured.NONE,
          null);
    }
  }
}
