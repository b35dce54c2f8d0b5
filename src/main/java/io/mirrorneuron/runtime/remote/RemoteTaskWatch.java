package io.mirrorneuron.runtime.remote;

import io.mirrorneuron.runtime.port.Executions;
import io.mirrorneuron.runtime.port.Executions.Ending;
import io.mirrorneuron.runtime.port.Executions.Outcome;
import io.mirrorneuron.runtime.port.Executions.Signal;
import io.mirrorneuron.runtime.port.Leader.Timers;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches running remote tasks. Ends those that ask people, whom they cannot reach here; those
 * whose jobs are over, as their owners may have died before they could end them; and those that
 * have not started while a disk is full here, so that their owners start them elsewhere.
 */
final class RemoteTaskWatch {
  private static final Logger LOG = LoggerFactory.getLogger(RemoteTaskWatch.class);
  private static final long LOOK_MS = 500;

  /** Between two looks at the job of a remote task without a listener. */
  private static final Duration UNHEARD = Duration.ofSeconds(30);

  private static final Set<String> OVER = Set.of("completed", "failed", "cancelled");

  /** Reason for stopping: questions to people work only on the node of the job. */
  static final String ASKS_PEOPLE = "it asks people, and runs again on the node of its job";

  private final Executions here;
  private final RemoteTaskFolders folders;
  private final Function<String, CompletionStage<String>> status;
  private final Supplier<Optional<String>> fullDisk;
  private final Timers timers;

  /**
   * @param status of a job; null when it does not exist
   * @param fullDisk the full disk of this node, if any
   */
  RemoteTaskWatch(
      Executions here,
      RemoteTaskFolders folders,
      Function<String, CompletionStage<String>> status,
      Supplier<Optional<String>> fullDisk,
      Timers timers) {
    this.here = here;
    this.folders = folders;
    this.status = status;
    this.fullDisk = fullDisk;
    this.timers = timers;
  }

  /** Watches until its program has ended. */
  void begin(RemoteTaskRun run) {
    timers.at(timers.now() + LOOK_MS, () -> look(run));
  }

  private void look(RemoteTaskRun run) {
    if (run.isFinished()) {
      return;
    }
    String id = run.execution().executionId();
    if (!run.asksPeople() && folders.asksPeople(id)) {
      run.noteAsking();
      here.stop(id);
    } else if (!run.hasBegun() && fullDisk.get().isPresent()) {
      LOG.info("execution {} does not begin here, as a disk is full", id);
      here.stop(id);
    } else if (run.isUnheardFor(UNHEARD, timers.ticks())) {
      status.apply(run.execution().jobId()).whenComplete((word, away) -> end(run, word, away));
    }
    begin(run);
  }

  private void end(RemoteTaskRun run, String word, Throwable away) {
    if (away == null && (word == null || OVER.contains(word))) {
      String id = run.execution().executionId();
      LOG.info("execution {} is ended: nobody listens, and its job is over", id);
      here.stop(id);
    }
  }

  /** Adds the reason to the end of a program that was stopped because it asks people. */
  static Signal asking(Signal signal) {
    if (!(signal instanceof Signal.Finished finished)) {
      return signal;
    }
    Outcome one = finished.outcome();
    return one.ending() != Ending.STOPPED
        ? signal
        : new Signal.Finished(
            new Outcome(
                one.ending(),
                ASKS_PEOPLE,
                one.exitCode(),
                one.sandbox(),
                one.stdout(),
                one.stderr(),
                one.structured(),
                one.lease()));
  }
}
