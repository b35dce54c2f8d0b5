package io.mirrorneuron.runtime.exec;

import io.mirrorneuron.runtime.exec.hook.HookRunner;
import io.mirrorneuron.runtime.exec.process.CheckPrograms;

/**
 * Programs of this machine that are no executions.
 *
 * @param checks tell whether services or inputs are well
 * @param hooks accompany launches
 */
public record SidePrograms(CheckPrograms checks, HookRunner hooks) {

  /**
   * @param look called when processes may be left of one that has ended
   */
  static SidePrograms of(HostMachinery host, Runnable look) {
    return new SidePrograms(
        new CheckPrograms(host.scripts(), host.workspaces(), look),
        new HookRunner(host.scripts(), host.workspaces(), look));
  }

  /** Whether a process that is marked so belongs to one that runs now. */
  boolean isRunning(String executionId) {
    return checks.isRunning(executionId) || hooks.isRunning(executionId);
  }
}
