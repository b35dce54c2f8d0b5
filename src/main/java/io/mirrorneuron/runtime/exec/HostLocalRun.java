package io.mirrorneuron.runtime.exec;

import io.mirrorneuron.config.Config;
import io.mirrorneuron.runtime.engine.Execution;
import io.mirrorneuron.runtime.engine.Executions.Ending;
import io.mirrorneuron.runtime.engine.Executions.Lease;
import io.mirrorneuron.runtime.engine.Executions.Listener;
import io.mirrorneuron.runtime.engine.Executions.Outcome;
import io.mirrorneuron.runtime.engine.Executions.Signal;
import io.mirrorneuron.runtime.engine.Executions.Structured;
import io.mirrorneuron.runtime.exec.spawn.ProcessTable;
import io.mirrorneuron.runtime.exec.spawn.Program;
import io.mirrorneuron.runtime.exec.spawn.SearchPath;
import io.mirrorneuron.runtime.exec.spawn.Spawner;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One execution from its place in the queue to its outcome. Everything happens on the thread that
 * calls {@link #run}; output and other news arrive through the inbox.
 */
final class HostLocalRun {
  private static final Logger LOG = LoggerFactory.getLogger(HostLocalRun.class);

  /** Room beyond the stored length, so that a secret across the cut is seen whole. */
  private static final int REDACTION_MARGIN = 8 * 1024;

  /** What all executions share. */
  record Machinery(
      Config.Executors config,
      Pools pools,
      Workspaces workspaces,
      ProcessEnvironment environment,
      Spawner spawner,
      ProcessTable processes,
      Grace grace,
      Clock clock) {}

  private final Machinery machinery;
  private final Execution execution;
  private final Listener listener;
  private final Notice.Inbox inbox = new Notice.Inbox();
  private Lease lease;

  HostLocalRun(Machinery machinery, Execution execution, Listener listener) {
    this.machinery = machinery;
    this.execution = execution;
    this.listener = listener;
  }

  /** From any thread. */
  void stop() {
    inbox.put(new Notice.Stop());
  }

  /** Runs to the end; the listener is not told of the outcome, the caller does that. */
  Outcome run() {
    try {
      return queueAndRun();
    } catch (NotStarted e) {
      return withoutProgram(Ending.NOT_STARTED, e.getMessage());
    } catch (RuntimeException | Error e) {
      // Errors too: an execution whose end nobody hears of would keep its job waiting for ever.
      LOG.error("execution {} failed inside the runner", execution.executionId(), e);
      return withoutProgram(Ending.FAILED, "internal error of the runner: " + e);
    }
  }

  private Outcome queueAndRun() throws NotStarted {
    var settings = ExecutorSettings.of(execution.config(), machinery.config());
    long requestedAt = machinery.clock().millis();
    try (Pools.Claim _ =
        machinery
            .pools()
            .claim(settings.pool(), settings.slots(), () -> inbox.put(new Notice.Granted()))) {
      switch (inbox.await(queueLimit())) {
        case Notice.Granted() -> {}
        case null ->
            throw new NotStarted(
                "executor_pool_queue_timeout: no slots of pool \"%s\" within %d ms"
                    .formatted(settings.pool(), machinery.config().queueTimeout().toMillis()));
        default -> {
          return withoutProgram(Ending.STOPPED, "stopped while it waited for slots");
        }
      }
      lease =
          new Lease(
              "lease-" + execution.executionId(),
              settings.pool(),
              settings.slots(),
              requestedAt,
              machinery.clock().millis());
      listener.signal(new Signal.Leased(lease));
      try (Workspace workspace = machinery.workspaces().create(execution, settings)) {
        return runIn(workspace, settings);
      }
    }
  }

  private Deadline queueLimit() {
    Duration limit = machinery.config().queueTimeout();
    return limit.isPositive() ? Deadline.in(limit) : Deadline.NEVER;
  }

  private Outcome runIn(Workspace workspace, ExecutorSettings settings) throws NotStarted {
    Map<String, String> environment = machinery.environment().of(execution, settings, workspace);
    var stdout =
        new StdoutCollector(
            ExecutorSettings.MAX_OUTPUT_BYTES, beacon -> inbox.put(new Notice.Beacon(beacon)));
    var stderr = new CappedBytes(settings.maxOutputBytes() + REDACTION_MARGIN);
    Deadline timeout = timeout(settings);
    Spawner.Child child = spawn(workspace, environment, stdout, stderr);

    var beacons = new Beacons(execution, settings.beacons(), listener, machinery.clock());
    Ending forced;
    int exitCode;
    try (var supervision =
        new Supervision(
            execution.executionId(),
            child,
            inbox,
            machinery.grace(),
            machinery.processes(),
            beacons::relay)) {
      beacons.report("started");
      forced = supervision.watch(timeout, settings.beacons(), () -> beacons.report("working"));
      exitCode = supervision.finish(forced == null);
    }
    stdout.end();
    if (forced == null && exitCode == 0) {
      beacons.report("completed");
    }

    var verdict = Verdict.of(forced, exitCode, stdout.answer(), settings);
    var stored = new StoredText(environment, settings.maxOutputBytes());
    return new Outcome(
        verdict.ending(),
        verdict.error(),
        exitCode,
        workspace.name(),
        workspace.workdir().toString(),
        stored.of(stdout.text()),
        stored.of(stderr),
        verdict.structured(),
        lease);
  }

  private Spawner.Child spawn(
      Workspace workspace,
      Map<String, String> environment,
      StdoutCollector stdout,
      CappedBytes stderr)
      throws NotStarted {
    var command =
        Command.of(
            execution.config().path("command"),
            workspace.placeholders(execution),
            SearchPath.of(environment.get("PATH")),
            workspace.workdir(),
            machinery.config().maxCommandBytes());
    var program =
        new Program(command.executable(), command.words(), environment, workspace.workdir());
    try {
      return machinery.spawner().spawn(program, new Ears(inbox, stdout, stderr));
    } catch (IOException e) {
      throw new NotStarted(e.getMessage(), e);
    }
  }

  private record Ears(Notice.Inbox inbox, StdoutCollector out, CappedBytes err)
      implements Spawner.Watcher {
    @Override
    public void stdout(ByteBuffer bytes) {
      out.accept(bytes);
    }

    @Override
    public void stderr(ByteBuffer bytes) {
      err.append(bytes);
    }

    @Override
    public void drained() {
      inbox.put(new Notice.Drained());
    }

    @Override
    public void exited() {
      inbox.put(new Notice.Exited());
    }
  }

  /** The node's own limit or what is left of the step's, whichever ends first. */
  private Deadline timeout(ExecutorSettings settings) throws NotStarted {
    Deadline own = Deadline.in(settings.timeout());
    String step = execution.workflow().path("deadline_at").asText("");
    if (step.isEmpty()) {
      return own;
    }
    try {
      Duration left = Duration.between(machinery.clock().instant(), Instant.parse(step));
      return Deadline.earliest(own, Deadline.in(left));
    } catch (DateTimeParseException e) {
      throw new NotStarted("workflow.deadline_at is not a time: " + step, e);
    }
  }

  private Outcome withoutProgram(Ending ending, String error) {
    return new Outcome(ending, error, -1, "", "", "", "", Structured.NONE, lease);
  }
}
