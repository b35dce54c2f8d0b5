package io.mirrorneuron.runtime.exec.process;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.exec.process.ProcessLimits.ExceededLimit;
import io.mirrorneuron.runtime.exec.process.TimeLimit.Deadline;
import io.mirrorneuron.runtime.exec.spawn.ForkChase;
import io.mirrorneuron.runtime.exec.spawn.ProcessTable;
import io.mirrorneuron.runtime.exec.spawn.Spawner;
import io.mirrorneuron.runtime.exec.spawn.Spawner.Child;
import io.mirrorneuron.runtime.exec.spawn.Spawner.Signal;
import io.mirrorneuron.runtime.exec.workspace.ExecutorSettings;
import io.mirrorneuron.runtime.port.Executions.Ending;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Supervises one started program until none of its processes is left. Used by one thread; other
 * threads reach it through the inbox only.
 */
public final class Supervision implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Supervision.class);
  private static final Duration DRAIN = Duration.ofSeconds(1);

  private final String executionId;
  private final Child child;
  private final Notice.Inbox inbox;
  private final GracePeriods grace;
  private final ProcessTable processes;
  private final Listeners listeners;

  private boolean exited;
  private boolean drained;
  private boolean stopped;
  private boolean hurried;
  private boolean finished;
  private ExceededLimit excess;
  private Spawner.End end;

  /**
   * @param onBeacon receives the beacons to record
   * @param beforeKill called before remaining processes of the program are ended
   */
  public record Listeners(
      PrintedBeacons printed, Consumer<ObjectNode> onBeacon, Runnable beforeKill) {}

  public Supervision(
      String executionId,
      Child child,
      Notice.Inbox inbox,
      GracePeriods grace,
      ProcessTable processes,
      Listeners listeners) {
    this.executionId = executionId;
    this.child = child;
    this.inbox = inbox;
    this.grace = grace;
    this.processes = processes;
    this.listeners = listeners;
  }

  /**
   * Waits until the program ends by itself or must be ended. Blocking.
   *
   * @param onPulse called once per beacon interval when the runner itself sends beacons
   * @return null when it ended by itself, else why it must end
   */
  public Ending watch(Deadline timeout, ExecutorSettings.Beacons beacons, Runnable onPulse) {
    Duration longestSilence = beacons.required() ? beacons.timeout() : null;
    Duration pulseInterval = beacons.enabled() ? beacons.interval() : null;
    Deadline pulse = Deadline.in(pulseInterval);
    while (!exited) {
      if (stopped) {
        return Ending.STOPPED;
      }
      if (excess != null) {
        return excess.ending();
      }
      if (timeout.isPast()) {
        return Ending.TIMED_OUT;
      }
      Deadline silence = Deadline.after(listeners.printed().lastPrinted(), longestSilence);
      if (silence.isPast()) {
        return Ending.BEACON_MISSED;
      }
      listeners.printed().due().ifPresent(listeners.onBeacon());
      if (pulse.isPast()) {
        onPulse.run();
        pulse = Deadline.in(pulseInterval);
      }
      await(Deadline.earliest(timeout, silence, pulse, listeners.printed().next()));
    }
    return null;
  }

  /**
   * Ends the remaining processes: children get a grace period, then the group is killed, then
   * processes that left the group. Blocking.
   *
   * @param byItself whether the program has ended already; else it gets SIGTERM first
   */
  public Spawner.End finish(boolean byItself) {
    if (!byItself) {
      listeners.beforeKill().run();
      child.signal(hurried ? Signal.KILL : Signal.TERM);
    }
    Deadline patience = Deadline.in(byItself ? grace.stragglers() : grace.afterTerm());
    boolean quiet = awaitQuiet(patience, byItself);
    if (!quiet) {
      listeners.beforeKill().run();
      killGroup();
    }
    if (!byItself || !quiet) {
      killEscaped();
    }
    awaitDrained();
    child.close();
    finished = true;
    return end;
  }

  /** The exceeded limit, or null. */
  public ExceededLimit excess() {
    return excess;
  }

  boolean isStopped() {
    return stopped;
  }

  /** Ends the program when the execution breaks off between start and {@link #finish}. */
  @Override
  public void close() {
    if (!finished) {
      finish(false);
    }
  }

  /** Whether all processes are gone and, if required, the output is read. */
  private boolean awaitQuiet(Deadline deadline, boolean needsDrained) {
    var look = new Look();
    while (!(isGroupGone(look) && (drained || !needsDrained))) {
      if (deadline.isPast() || hurried || (stopped && needsDrained)) {
        return false;
      }
      await(Deadline.earliest(deadline, look.next(exited)));
    }
    return true;
  }

  private void killGroup() {
    var look = new Look();
    while (!isGroupGone(look)) {
      child.signal(Signal.KILL);
      await(look.next(true));
      complain(look, child.pid());
    }
  }

  private void killEscaped() {
    String mark = ProcessEnvironment.EXECUTION_ID + "=" + executionId; // in a session of their own
    ProcessTable.Match escaped =
        (pid, variables) -> child.isAncestorOf(pid) || ProcessTable.holds(variables, mark);
    ForkChase.run(child::isAncestorOf);
    var look = new Look();
    List<ProcessTable.Entry> alive;
    while (!(alive = processes.where(escaped)).isEmpty()) {
      processes.kill(alive);
      await(look.next(true));
      complain(look, alive);
    }
  }

  /**
   * Logs processes that cannot be killed, as they are blocked in the kernel; their slots stay
   * taken.
   */
  private void complain(Look look, Object survivors) {
    if (look.isOverdue()) {
      LOG.warn("processes of execution {} do not die: {}", executionId, survivors);
    }
  }

  private boolean isGroupGone(Look look) {
    if (!exited) {
      return false;
    }
    if (end == null) {
      end = child.reap();
    }
    if (!child.isGroupAlive()) {
      return true;
    }
    // The kernel counts zombies as alive; the process table does not.
    return look.isSlow() && processes.inGroups(Set.of(child.pid())).isEmpty();
  }

  /** Output from before the end is still in the pipes. */
  private void awaitDrained() {
    Deadline deadline = Deadline.in(DRAIN);
    while (!drained && !deadline.isPast()) {
      await(deadline);
    }
    if (!drained) {
      LOG.warn("output of execution {} is held open by a process out of reach", executionId);
    }
  }

  private void await(Deadline deadline) {
    switch (inbox.await(deadline)) {
      case null -> {}
      case Notice.Exited(boolean withOutput) -> {
        exited = true;
        drained |= withOutput;
      }
      case Notice.Drained() -> drained = true;
      case Notice.Stop(boolean atOnce) -> {
        stopped = true;
        hurried |= atOnce;
      }
      case Notice.Exceeded(ExceededLimit found) -> {
        excess = excess == null ? found : excess;
        hurried = true; // each delay takes memory from other programs
      }
      case Notice.Beacon(ObjectNode payload) -> listeners.onBeacon().accept(payload);
      case Notice.BeaconHeld(), Notice.Granted(), Notice.Room(), Notice.Prepared _ -> {}
    }
  }

  /**
   * Time for processes to end by themselves before they are killed.
   *
   * @param afterTerm from SIGTERM to SIGKILL
   * @param stragglers for children that outlive their program
   */
  public record GracePeriods(Duration afterTerm, Duration stragglers) {
    public static final GracePeriods DEFAULT =
        new GracePeriods(Duration.ofSeconds(5), Duration.ofSeconds(2));
  }

  /** Schedule of polling: frequent at first, then ever less often. */
  static final class Look {
    private static final Duration SLOWEST_LOOK = Duration.ofMillis(20);
    private static final Duration COMPLAINT = Duration.ofSeconds(30);

    private Duration pause = Duration.ofMillis(1);
    private Deadline complaint = Deadline.in(COMPLAINT);

    Deadline next(boolean needed) {
      if (!needed) {
        return Deadline.NEVER;
      }
      Deadline deadline = Deadline.in(pause);
      pause = isSlow() ? SLOWEST_LOOK : pause.multipliedBy(2);
      return deadline;
    }

    /** True once per period of waiting after which a log line is due. */
    boolean isOverdue() {
      boolean overdue = complaint.isPast();
      if (overdue) {
        complaint = Deadline.in(COMPLAINT);
      }
      return overdue;
    }

    boolean isSlow() {
      return pause.compareTo(SLOWEST_LOOK) >= 0;
    }
  }
}
