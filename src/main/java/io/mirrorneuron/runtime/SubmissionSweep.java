package io.mirrorneuron.runtime;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.RunStatus;
import io.mirrorneuron.runtime.exec.workspace.FolderClaims;
import io.mirrorneuron.runtime.local.Answers;
import io.mirrorneuron.runtime.port.Leader.Timers;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes folders of submissions whose jobs and schedules are gone, and empty folders of ended
 * jobs: at the start, once an hour, and after jobs were deleted. In doubt a folder stays.
 */
final class SubmissionSweep {
  private static final Logger LOG = LoggerFactory.getLogger(SubmissionSweep.class);
  private static final Duration INTERVAL = Duration.ofHours(1);

  /** Another server may be about to make the job of a folder. */
  private static final Duration GRACE = Duration.ofSeconds(5);

  private final FolderClaims submissions;
  private final Function<String, CompletionStage<Boolean>> exists;
  private final Function<String, CompletionStage<String>> status;
  private final Timers timers;
  private final Executor threads;

  /**
   * Jobs that had ended at the last look. They are removed at the next one, when all their programs
   * have ended too.
   */
  private Set<String> ended = Set.of();

  /**
   * @param exists whether there is a job or schedule with this id
   * @param status of a job; null when it does not exist
   * @param threads for file and store access
   */
  SubmissionSweep(
      FolderClaims submissions,
      Function<String, CompletionStage<Boolean>> exists,
      Function<String, CompletionStage<String>> status,
      Timers timers,
      Executor threads) {
    this.submissions = submissions;
    this.exists = exists;
    this.status = status;
    this.timers = timers;
    this.threads = threads;
  }

  void keepOn() {
    threads.execute(this::sweep);
    timers.at(timers.now() + INTERVAL.toMillis(), this::keepOn);
  }

  /** Call it after jobs were deleted. Does not block. */
  void look() {
    threads.execute(this::sweep);
    timers.at(timers.now() + 2 * GRACE.toMillis(), () -> threads.execute(this::sweep));
  }

  private synchronized void sweep() {
    try {
      Instant before = Instant.ofEpochMilli(timers.now()).minus(GRACE);
      Set<String> now = new HashSet<>();
      for (FolderClaims.Held held : submissions.held(before)) {
        if (held.by().size() == 1 && hasEnded(held.by().getFirst())) {
          now.add(held.by().getFirst());
          if (ended.containsAll(held.by())) {
            submissions.removeUntouched(held);
          }
        } else if (isUnused(held.by())) {
          submissions.remove(held);
          LOG.debug("removed the folder of submission {}, which nobody has", held.submission());
        }
      }
      ended = now;
    } catch (IOException | MnException e) {
      LOG.warn("unused folders of submissions could not be removed: {}", e.toString());
    }
  }

  private boolean hasEnded(String job) {
    String word = Answers.await(status.apply(job));
    return word != null && new RunStatus(word).isFinal();
  }

  private boolean isUnused(List<String> holders) {
    return holders.stream().noneMatch(holder -> Answers.await(exists.apply(holder)));
  }
}
