package io.mirrorneuron.runtime.exec;

import io.mirrorneuron.config.Config;
import io.mirrorneuron.runtime.exec.confine.Confiner;
import io.mirrorneuron.runtime.exec.process.Interpreters;
import io.mirrorneuron.runtime.exec.process.Notice;
import io.mirrorneuron.runtime.exec.process.PrintedBeacons;
import io.mirrorneuron.runtime.exec.process.ProcessEnvironment;
import io.mirrorneuron.runtime.exec.process.ProcessLimits;
import io.mirrorneuron.runtime.exec.process.ProcessLimits.ExceededLimit;
import io.mirrorneuron.runtime.exec.process.ProgramWatcher;
import io.mirrorneuron.runtime.exec.process.PythonEnvironment;
import io.mirrorneuron.runtime.exec.process.Sampler;
import io.mirrorneuron.runtime.exec.process.Supervision;
import io.mirrorneuron.runtime.exec.process.Supervision.GracePeriods;
import io.mirrorneuron.runtime.exec.process.TimeLimit;
import io.mirrorneuron.runtime.exec.process.TreeBounds;
import io.mirrorneuron.runtime.exec.protocol.Beacons;
import io.mirrorneuron.runtime.exec.protocol.LogWriter;
import io.mirrorneuron.runtime.exec.protocol.PrintedAnswer;
import io.mirrorneuron.runtime.exec.protocol.ProgramLog;
import io.mirrorneuron.runtime.exec.protocol.StderrCollector;
import io.mirrorneuron.runtime.exec.protocol.StdoutCollector;
import io.mirrorneuron.runtime.exec.protocol.StoredText;
import io.mirrorneuron.runtime.exec.protocol.Verdict;
import io.mirrorneuron.runtime.exec.spawn.ProcessTable;
import io.mirrorneuron.runtime.exec.spawn.Program;
import io.mirrorneuron.runtime.exec.spawn.Spawner;
import io.mirrorneuron.runtime.exec.workspace.ArtifactSink;
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
import io.mirrorneuron.runtime.workflow.AgentSettings.ProgramLimit;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;

/**
 * One program from its start to its outcome, in a prepared workspace. Runs on the thread that calls
 * {@link #run}; output and other notices arrive through the inbox.
 */
final class ProgramRun {
  /** Bytes beyond the stored length, so that a secret across the cut is still recognised. */
  private static final int REDACTION_MARGIN = 8 * 1024;

  /** Shared by all programs. */
  record Machinery(
      Config.Executors config,
      ProcessEnvironment environment,
      Interpreters interpreters,
      Spawner spawner,
      ProcessTable processes,
      Confiner confiner,
      TreeBounds bounds,
      RunSinks sinks,
      Sampler sampler,
      LogWriter logs,
      GracePeriods grace,
      Clock clock) {}

  private final String runner;
  private final Machinery machinery;
  private final Execution execution;
  private final ExecutorSettings settings;
  private final Workspace workspace;
  private final SubmissionFolder submission;
  private final PythonEnvironment python;
  private final Lease lease;
  private final ProgramStart start;
  private final Listener listener;
  private final Notice.Inbox inbox;

  /**
   * @param runner name of the runner
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
    this.submission = prepared.submission();
    this.python = prepared.python();
    this.lease = prepared.lease();
    this.start = new ProgramStart(machinery, prepared);
    this.listener = listener;
    this.inbox = inbox;
  }

  /** Blocking: returns when no process of the program is left. */
  Outcome run() throws NotStarted {
    Optional<String> refusal = machinery.confiner().refusal(execution.demands());
    if (refusal.isPresent()) {
      throw new NotStarted(refusal.get());
    }
    Map<String, String> environment =
        machinery.environment().of(execution, settings, workspace, submission, python, lease);
    var form = new StoredText(environment, execution.secrets(), settings.maxOutputBytes());
    var printed =
        new PrintedBeacons(inbox, machinery.config().beaconsPerSecond(), System::nanoTime);
    try (ProgramLog log = log(form);
        var stdout =
            new StdoutCollector(
                ExecutorSettings.MAX_OUTPUT_BYTES,
                machinery.config().output().answerBytes(),
                workspace.besides(),
                execution.plain(),
                printed::print,
                log::stdout)) {
      return run(environment, form, log, printed, stdout);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // an unnamed file could not be closed
    }
  }

  private ProgramLog log(StoredText form) {
    return new ProgramLog(
        execution,
        form,
        machinery.config().output(),
        machinery.logs(),
        machinery.clock(),
        System::nanoTime);
  }

  private Outcome run(
      Map<String, String> environment,
      StoredText form,
      ProgramLog log,
      PrintedBeacons printed,
      StdoutCollector stdout)
      throws NotStarted {
    var stderr = new StderrCollector(settings.maxOutputBytes() + REDACTION_MARGIN, log::stderr);
    TimeLimit limit = TimeLimit.of(execution, settings, machinery.clock().instant());
    var beacons = new Beacons(execution, settings.beacons(), listener, machinery.clock());
    Ended ended;
    Map<ProgramLimit, Long> limits = ProcessLimits.read(execution.resources());
    try (TreeBounds.Bound bound = machinery.bounds().around(execution.executionId(), limits)) {
      Program program = start.program(environment, limits, bound.entrance());
      machinery.sinks().samples().begin(execution.runId());
      long begun = System.nanoTime();
      Spawner.Child child =
          start.spawn(program, new ProgramWatcher(inbox, stdout::accept, stderr::append));
      bound.begin(child, inbox);
      Sampler.Watch watch = machinery.sampler().watch(execution, child.pid(), begun);
      ended = accompany(child, watch, printed, beacons, limit).explainedBy(bound);
    }
    stdout.end();
    printed.last().ifPresent(beacons::relay);
    if (ended.isWell()) {
      beacons.report("completed");
    }
    PrintedAnswer.Keeper keeper =
        ended.isWell() ? new ResultKeeper(execution, machinery.sinks().artifacts()) : _ -> "null";
    String name = execution.program();
    String reason = Verdict.reason(name, ended.forced(), settings, limit, ended.excess());
    int reported = ProcessLimits.exitCode(limits, ended.end());
    var verdict = Verdict.of(name, ended.forced(), reason, reported, stdout.answer(keeper));
    log.end(verdict.isAnswered());
    verdict = stdout.withOutput(verdict, form, keeper, settings.wantsJson());
    verdict.warning().ifPresent(log::warn);
    return outcome(verdict, ended.exitCode(), stdout, stderr, form);
  }

  /**
   * How a program ended.
   *
   * @param forced why it was ended, or null when it ended by itself
   * @param excess the limit it exceeded, or null
   */
  private record Ended(Ending forced, Spawner.End end, ExceededLimit excess) {
    int exitCode() {
      return end.exitCode();
    }

    boolean isWell() {
      return forced == null && exitCode() == 0;
    }

    /** Adds the limit that the kernel enforced, if the program failed by itself. */
    Ended explainedBy(TreeBounds.Bound bound) {
      return forced != null || isWell()
          ? this
          : bound.excess(exitCode()).map(this::because).orElse(this);
    }

    private Ended because(ExceededLimit found) {
      return new Ended(found.ending(), end, found);
    }
  }

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
      return new Ended(forced, end, supervision.excess());
    }
  }

  private Outcome outcome(
      Verdict verdict,
      int exitCode,
      StdoutCollector stdout,
      StderrCollector stderr,
      StoredText stored) {
    String error =
        verdict.ending() == Ending.FAILED
            ? machinery.confiner().explained(verdict.error(), stderr.end())
            : verdict.error();
    return new Outcome(
        verdict.ending(),
        error,
        exitCode,
        new Sandbox(runner, workspace.name(), workspace.workdir().toString()),
        stored.of(stdout.text()),
        stderr.stored(stored),
        verdict.structured(),
        lease);
  }

  /** Keeps the parts of one execution's answer that are too large for its job as artifacts. */
  private static final class ResultKeeper implements PrintedAnswer.Keeper {
    private final Execution execution;
    private final ArtifactSink artifacts;
    private int count;

    ResultKeeper(Execution execution, ArtifactSink artifacts) {
      this.execution = execution;
      this.artifacts = artifacts;
    }

    @Override
    public String keep(InputStream json) throws IOException {
      String name = execution.executionId() + "-" + count++;
      return Json.write(artifacts.keep(execution.runId(), name, json).json());
    }
  }
}
