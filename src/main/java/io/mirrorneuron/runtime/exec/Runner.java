package io.mirrorneuron.runtime.exec;

import io.mirrorneuron.runtime.exec.process.Notice;
import io.mirrorneuron.runtime.exec.process.PythonEnvironment;
import io.mirrorneuron.runtime.exec.workspace.ExecutorSettings;
import io.mirrorneuron.runtime.exec.workspace.NotStarted;
import io.mirrorneuron.runtime.exec.workspace.SubmissionFolder;
import io.mirrorneuron.runtime.exec.workspace.Workspace;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.Executions.Lease;
import io.mirrorneuron.runtime.port.Executions.Listener;
import io.mirrorneuron.runtime.port.Executions.Outcome;
import java.util.Set;

/** Port: one way to run a program that has its slots and its workspace. */
interface Runner {

  /** Its name in events, results and the description of a node: {@code host_local}. */
  String name();

  /** The values of {@code runner_module} in a manifest that mean this runner. */
  Set<String> modules();

  /**
   * Starts the program and accompanies it until nothing of it is left, on the calling thread.
   *
   * @param listener is told of beacons, not of the outcome
   * @param inbox may hold {@link Notice.Stop}, now or later
   */
  Outcome run(Prepared prepared, Listener listener, Notice.Inbox inbox) throws NotStarted;

  /**
   * A program and what was made ready for it.
   *
   * @param execution with the deadlines of its step
   * @param submission the folder that it shares with the other programs of its job
   */
  record Prepared(
      Execution execution,
      ExecutorSettings settings,
      Workspace workspace,
      SubmissionFolder submission,
      PythonEnvironment python,
      Lease lease) {}
}
