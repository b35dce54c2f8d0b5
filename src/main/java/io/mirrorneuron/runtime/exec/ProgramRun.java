package io.mirrorneuron.runtime.exec;

import io.mirrorneuron.config.Config;
import io.mirrorneuron.runtime.exec.meter.SampleSink;
import io.mirrorneuron.runtime.exec.meter.Sampler;
import io.mirrorneuron.runtime.exec.process.CappedBytes;
import io.mirrorneuron.runtime.exec.process.Command;
import io.mirrorneuron.runtime.exec.process.GracePeriods;
import io.mirrorneuron.runtime.exec.process.Interpreters;
import io.mirrorneuron.runtime.exec.process.Notice;
import io.mirrorneuron.runtime.exec.process.PrintedBeacons;
import io.mirrorneuron.runtime.exec.process.ProcessEnvironment;
import io.mirrorneuron.runtime.exec.process.ProcessLimits;
import io.mirrorneuron.runtime.exec.process.ProgramWatcher;
import io.mirrorneuron.runtime.exec.process.PythonEnvironment;
import io.mirrorneuron.runtime.exec.process.Supervision;
import io.mirrorneuron.runtime.exec.process.TimeLimit;
import io.mirrorneuron.runtime.exec.protocol.Beacons;
import io.mirrorneuron.runtime.exec.protocol.StdoutCollector;
import io.mirrorneuron.runtime.exec.protocol.StoredText;
import io.mirrorneuron.runtime.exec.protocol.Verdict;
import io.mirrorneuron.runtime.exec.settings.ExecutorSettings;
import io.mirrorneuron.runtime.exec.settings.NotStarted;
import io.mirrorneuron.runtime.exec.spawn.ProcessTable;
import io.mirrorneuron.runtime.exec.spawn.Program;
import io.mirrorneuron.runtime.exec.spawn.SearchPath;
import io.mirrorneuron.runtime.exec.spawn.Spawner;
import io.mirrorneuron.runtime.exec.workspace.Workspace;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.Executions.Ending;
import io.mirrorneuron.runtime.port.Executions.Lease;
import io.mirrorneuron.runtime.port.Executions.Listener;
import io.mirrorneuron.runtime.port.Executions.Outcome;
import io.mirrorneuron.runtime.port.Executions.Sandbox;
import java.io.IOException;
import java.time.Clock;
import java.util.Map;

/**
 * One program from its start to its outcome, in the workspace that was made for it. Everything
 * happens on the thread that calls {@link #run}; output and other news arrive through the inbox.
 */
final class ProgramRun {
  /** Room beyond the stored length, so that a secret across the cut is seen whole. */
  private static final int REDACTION_MARGIN = 8 * 1024;

  /** What all programs share. */
  record Machinery(
      Config.Executors config,
      ProcessEnvironment environment,
      Interpreters interpreters,
      Spawner spawner,
      ProcessTable processes,
      SampleSink samples,
      Sampler sampler,
      GracePeriods grace,
      Clock clock) {}

  private final String runner;
  private final Machinery machinery;
  private final Execution execution;
  private final ExecutorSettings settings;
  private final Workspace workspace;
  private final PythonEnvironment python;
  private final Lease lease;
  private final Listener listener;
  private final Notice.Inbox inbox;

  /**
   * @param runner name of what runs it
   */
  ProgramRun(
      String runner,
      Machinery machinery,
      Runner.Prepared prepared,
      Listener listener,
      Notice.Inbox inbox) {
    this.runner = runner;
    this.machinery = machinery;
    this.execution = prepared.execution();
    this.settings = prepared.settings();
    this.workspace = prepared.workspace();
    this.python = prepared.python();
    this.lease = prepared.lease();
    this.listener = listener;
    this.inbox = inbox;
  }

  /** Starts it and accompanies it until nothing of it is left. */
  Outcome run() throws NotStarted {
    Map<String, String> environment =
        machinery.environment().of(execution, settings, workspace, python);
    var printed =
        new PrintedBeacons(inbox, machinery.config().beaconsPerSecond(), System::nanoTime);
    var stdout = new StdoutCollector(ExecutorSettings.MAX_OUTPUT_BYTES, printed::print);
    var stderr = new CappedBytes(settings.maxOutputBytes() + REDACTION_MARGIN);
    TimeLimit limit = TimeLimit.of(execution, settings, machinery.clock().instant());
    Program program = program(environment);
    machinery.samples().begin(execution.runId());
    long begun = System.nanoTime();
    Spawner.Child child = spawn(program, new ProgramWatcher(inbox, stdout::accept, stderr::append));

    var beacons = new Beacons(execution, settings.beacons(), listener, machinery.clock());
    Sampler.Watch watch = machinery.sampler().watch(execution, child.pid(), begun);
    Ended ended = accompany(child, watch, printed, beacons, limit);
    stdout.end();
    printed.last().ifPresent(beacons::relay);
    if (ended.forced() == null && ended.exitCode() == 0) {
      beacons.report("completed");
    }
    var verdict = Verdict.of(ended.forced(), ended.exitCode(), stdout.answer(), settings, limit);
    return outcome(verdict, ended.exitCode(), stdout, stderr, environment);
  }

  /**
   * How a program ended.
   *
   * @param forced why it was ended, or null when it ended by itself
   */
  private record Ended(Ending forced, int exitCode) {}

  private Ended accompany(
      Spawner.Child child,
      Sampler.Watch watch,
      PrintedBeacons printed,
      Beacons beacons,
      TimeLimit limit) {
    try (watch;
        var supervision =
            new Supervision(
                execution.executionId(),
                child,
                inbox,
                machinery.grace(),
                machinery.processes(),
                new Supervision.Listeners(printed, beacons::relay, watch::look))) {
      beacons.report("started");
      Ending forced =
          supervision.watch(limit.deadline(), settings.beacons(), () -> beacons.report("working"));
      Spawner.End end = supervision.finish(forced == null);
      watch.end(end);
      return new Ended(forced, end.exitCode());
    }
  }

  private Outcome outcome(
      Verdict verdict,
      int exitCode,
      StdoutCollector stdout,
      CappedBytes stderr,
      Map<String, String> environment) {
    var stored = new StoredText(environment, settings.maxOutputBytes());
    return new Outcome(
        verdict.ending(),
        verdict.error(),
        exitCode,
        new Sandbox(runner, workspace.name(), workspace.workdir().toString()),
        stored.of(stdout.text()),
        stored.of(stderr),
        verdict.structured(),
        lease);
  }

  private Program program(Map<String, String> environment) throws NotStarted {
    var command =
        Command.of(
            execution.config().path("command"),
            new Command.Setting(
                workspace.placeholders(execution),
                SearchPath.of(environment.get("PATH")),
                workspace.workdir(),
                machinery.interpreters(),
                python,
                machinery.config().maxCommandBytes()));
    return ProcessLimits.apply(
        execution.resources(),
        new Program(command.executable(), command.words(), environment, workspace.workdir()));
  }

  private Spawner.Child spawn(Program program, Spawner.Watcher watcher) throws NotStarted {
    try {
      return machinery.spawner().spawn(program, watcher);
    } catch (IOException e) {
      throw new NotStarted(e.getMessage(), e);
    }
  }
}
