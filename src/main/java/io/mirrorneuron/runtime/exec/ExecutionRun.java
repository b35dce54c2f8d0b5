package io.mirrorneuron.runtime.exec;

import io.mirrorneuron.config.Config;
import io.mirrorneuron.runtime.exec.Runner.FailedPreparation;
import io.mirrorneuron.runtime.exec.Runner.Runners;
import io.mirrorneuron.runtime.exec.pool.Pools;
import io.mirrorneuron.runtime.exec.pool.SlotClaim;
import io.mirrorneuron.runtime.exec.process.Notice;
import io.mirrorneuron.runtime.exec.process.Preparation;
import io.mirrorneuron.runtime.exec.process.PythonEnvironment;
import io.mirrorneuron.runtime.exec.process.PythonEnvironments;
import io.mirrorneuron.runtime.exec.protocol.StepClock;
import io.mirrorneuron.runtime.exec.workspace.ExecutorSettings;
import io.mirrorneuron.runtime.exec.workspace.SubmissionFolder;
import io.mirrorneuron.runtime.exec.workspace.SubmissionFolders;
import io.mirrorneuron.runtime.exec.workspace.Workspace;
import io.mirrorneuron.runtime.exec.workspace.Workspaces;
import io.mirrorneuron.runtime.exec.workspace.Workspaces.NotStarted;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.Executions.Ending;
import io.mirrorneuron.runtime.port.Executions.Hold;
import io.mirrorneuron.runtime.port.Executions.Lease;
import io.mirrorneuron.runtime.port.Executions.Listener;
import io.mirrorneuron.runtime.port.Executions.Outcome;
import io.mirrorneuron.runtime.port.Executions.Sandbox;
import io.mirrorneuron.runtime.port.Executions.Signal;
import io.mirrorneuron.runtime.port.Executions.Structured;
import io.mirrorneuron.runtime.port.LoadGate;
import io.mirrorneuron.runtime.port.NodeFaults;
import io.mirrorneuron.runtime.port.PayloadSource;
import io.mirrorneuron.runtime.port.ServiceGate;
import io.mirrorneuron.storage.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One execution from its place in the queue to its outcome. Runs on the thread that calls {@link
 * #run}; output, stops and other notices arrive through the inbox.
 */
final class ExecutionRun {
  private static final Logger LOG = LoggerFactory.getLogger(ExecutionRun.class);

  /** Shared by all executions. */
  record Machinery(
      Config.Executors config,
      Pools pools,
      Workspaces workspaces,
      SubmissionFolders submissions,
      PythonEnvironments pythons,
      Runners runners,
      Storage storage,
      PayloadSource payloads,
      ServiceGate services,
      LoadGate load,
      NodeFaults faults,
      Clock clock) {}

  private final Machinery machinery;
  private final Execution execution;
  private final Listener listener;
  private final Notice.Inbox inbox = new Notice.Inbox();
  private final StartConditions conditions;
  private volatile Lease lease;

  private final SlotHolding slots;

  private boolean leaseReported;

  /** The workspace to release at the end, or null. */
  private Workspace used;

  ExecutionRun(Machinery machinery, Execution execution, Listener listener) {
    this.machinery = machinery;
    this.execution = execution;
    this.listener = listener;
    this.slots =
        new SlotHolding(machinery.pools(), machinery.config().queueTimeout(), execution, inbox);
    this.conditions =
        new StartConditions(
            machinery.storage(),
            machinery.payloads(),
            machinery.services(),
            machinery.load(),
            inbox);
  }

  /**
   * Any thread.
   *
   * @param atOnce without a grace period
   */
  void stop(boolean atOnce) {
    inbox.put(new Notice.Stop(atOnce));
  }

  Execution execution() {
    return execution;
  }

  SlotHolding slots() {
    return slots;
  }

  /** What it waits for besides slots, or null. Any thread. */
  Hold hold() {
    Hold before = conditions.hold();
    if (before != null) {
      return before;
    }
    Hold full = lease == null ? conditions.fullDisk() : null;
    return full == null ? slots.hold() : full;
  }

  /**
   * Blocking. The caller reports the outcome to the listener and then calls {@link #removeLeft}.
   */
  Outcome run() {
    try {
      return prepareAndRun();
    } catch (NotStarted e) {
      tellLease();
      if (!e.isOfNode()) {
        return withoutProgram(Ending.NOT_STARTED, e.getMessage());
      }
      machinery.faults().notBegun(execution.jobId(), e.getMessage());
      return withoutProgram(Ending.FAILED, e.getMessage()); // may succeed later or on another node
    } catch (RuntimeException | Error e) {
      // Errors too: without an outcome the job would wait for ever.
      LOG.error("execution {} failed inside the runner", execution.executionId(), e);
      tellLease();
      return withoutProgram(Ending.FAILED, "internal error of the runner: " + e);
    } finally {
      slots.asked().complete(null);
    }
  }

  /** Releases the workspace: after the outcome is reported, so that no step waits for it. */
  void removeLeft() {
    if (used != null) {
      machinery.workspaces().release(used);
    }
  }

  private Outcome prepareAndRun() throws NotStarted {
    var settings = ExecutorSettings.of(execution.config(), machinery.config());
    Runner runner = machinery.runners().choose(settings.runnerModule());
    if (!conditions.awaitLoad(execution, listener)) {
      return withoutProgram(Ending.STOPPED, "stopped while its node was too busy");
    }
    if (!conditions.awaitRoom()) {
      return withoutRoom();
    }
    if (!conditions.awaitPayloads(execution.payloads())) {
      return withoutProgram(Ending.STOPPED, "stopped while it waited for its payload files");
    }
    if (!conditions.awaitServices(execution)) {
      return withoutProgram(Ending.STOPPED, "stopped while it waited for services");
    }
    // Before the slots: making an environment takes minutes and needs none.
    return switch (machinery.pythons().prepare(execution, inbox)) {
      case Preparation.Ready(PythonEnvironment python) -> queueAndRun(runner, settings, python);
      case Preparation.Failed failed -> FailedPreparation.outcome(failed, settings);
      case Preparation.Stopped() ->
          withoutProgram(Ending.STOPPED, "stopped while its python environment was made");
    };
  }

  private Outcome queueAndRun(Runner runner, ExecutorSettings settings, PythonEnvironment python)
      throws NotStarted {
    long requestedAt = machinery.clock().millis();
    try (SlotClaim queued = slots.ask(settings)) {
      return slots.await(queued, settings.pool(), listener)
          ? withSlots(runner, settings, python, requestedAt)
          : withoutProgram(Ending.STOPPED, "stopped while it waited for slots");
    }
  }

  /**
   * The lease and the step's clock start once the workspace exists: waiting for a full disk does
   * not count as time of the program.
   */
  private Outcome withSlots(
      Runner runner, ExecutorSettings settings, PythonEnvironment python, long requestedAt)
      throws NotStarted {
    while (conditions.awaitRoom()) { // the disks may have filled during the wait for slots
      lease =
          new Lease(
              "lease-" + execution.executionId(),
              settings.pool(),
              settings.slots(),
              requestedAt,
              machinery.clock().millis(),
              slots.allocation(),
              null);
      Execution timed = StepClock.start(execution, lease.acquiredAt());
      Workspace workspace = workspace(timed, settings);
      SubmissionFolder submission = workspace == null ? null : submission(timed, workspace);
      if (submission != null) {
        used = workspace;
        try {
          tellLease();
          var prepared = new Runner.Prepared(timed, settings, workspace, submission, python, lease);
          return runner.run(prepared, listener, inbox);
        } finally {
          machinery.submissions().settle(submission);
        }
      }
      lease = null;
    }
    return withoutRoom();
  }

  /** Null when the disk is full; the workspace is removed then. */
  private SubmissionFolder submission(Execution timed, Workspace workspace) throws NotStarted {
    try {
      return machinery.submissions().open(timed);
    } catch (IOException | UncheckedIOException e) {
      workspace.close();
      if (Storage.isFull(machinery.storage().explained(e))) {
        return null;
      }
      throw NotStarted.here("the folder of the submission cannot be made: " + e.getMessage(), e);
    }
  }

  /** Null when the disk is full. */
  private Workspace workspace(Execution timed, ExecutorSettings settings) throws NotStarted {
    try {
      return machinery.workspaces().create(timed, settings);
    } catch (NotStarted e) {
      if (Storage.isFull(machinery.storage().explained(e))) {
        return null;
      }
      throw e;
    }
  }

  private void tellLease() {
    if (lease != null && !leaseReported) {
      leaseReported = true;
      listener.signal(new Signal.Leased(lease));
      slots.begun(lease.acquiredAt());
    }
  }

  private Outcome withoutRoom() {
    return withoutProgram(Ending.STOPPED, "stopped while it waited for room on the disks");
  }

  private Outcome withoutProgram(Ending ending, String error) {
    return new Outcome(ending, error, -1, Sandbox.NONE, "", "", Structured.NONE, lease);
  }
}
