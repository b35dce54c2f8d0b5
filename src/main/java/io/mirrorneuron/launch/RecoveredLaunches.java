package io.mirrorneuron.launch;

import io.mirrorneuron.launch.LaunchRecord.Phase;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import java.time.Duration;
import java.util.Comparator;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.PriorityBlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The open launches of earlier servers. A few run at once, to leave room for other work; launches
 * with the fewest killed servers run first. Thread-safe.
 */
final class RecoveredLaunches {
  private static final Logger LOG = LoggerFactory.getLogger(RecoveredLaunches.class);

  /** A launch is given up after this many servers were killed during it. */
  static final int MOST_SERVERS = 3;

  static final int MOST_AT_ONCE = 4;
  private static final Duration PAUSE = Duration.ofSeconds(5);

  private final LaunchPorts.Patience patience;
  private final Executor threads;
  private final Queue<One> waiting =
      new PriorityBlockingQueue<>(
          MOST_AT_ONCE, Comparator.comparingInt(one -> one.launch().takenUp()));

  private record One(LaunchRecord launch, Runnable work) {}

  RecoveredLaunches(LaunchPorts.Patience patience, Executor threads) {
    this.patience = patience;
    this.threads = threads;
  }

  /**
   * @param work goes on with it, to its end
   */
  void add(LaunchRecord launch, Runnable work) {
    waiting.add(new One(launch, work));
  }

  /** Begins to go on with those that were added. */
  void goOn() {
    int atOnce = Math.min(waiting.size(), MOST_AT_ONCE);
    for (int i = 0; i < atOnce; i++) {
      threads.execute(this::next);
    }
  }

  private void next() {
    One one = patience.isOver() ? null : waiting.poll();
    if (one == null) {
      return;
    }
    try {
      LOG.info("goes on with launch {}", one.launch().id());
      one.work().run();
    } finally {
      threads.execute(this::next);
    }
  }

  /**
   * Writes down that this server goes on with the launch; waits for room on the disk to do so.
   *
   * @throws MnException INTERNAL {@code launch_given_up}, when too many servers were killed
   *     meanwhile
   */
  static void count(LaunchLog log, LaunchPorts.Patience patience) {
    if (log.launch().takenUp() >= MOST_SERVERS) {
      throw givenUp(log.launch());
    }
    while (true) {
      try {
        log.takenUp();
        return;
      } catch (MnException e) {
        LOG.warn("launch {} waits: {}", log.launch().id(), e.getMessage());
        if (!patience.await(PAUSE)) {
          throw e;
        }
      }
    }
  }

  private static MnException givenUp(LaunchRecord launch) {
    String help =
        launch.hasCome(Phase.SUBMIT)
            ? "look for run %s before you launch it again".formatted(launch.runId())
            : "it made no job; see the log of the server for why before you launch it again";
    return new MnException(
        ErrorCode.INTERNAL,
        "launch_given_up",
        "%d servers in turn went on with this launch and were killed meanwhile, so it is given up: %s"
            .formatted(launch.takenUp(), help));
  }
}
