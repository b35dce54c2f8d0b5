package io.mirrorneuron.runtime.loop;

import io.mirrorneuron.runtime.state.JobState;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Follows the jobs that are open on this node, for what has to exist as long as they do. A listener
 * learns of a job from its state alone, and is told again whenever that may have changed; so
 * nothing is missed by a crash or a change of owner.
 */
public interface JobWatch {
  JobWatch NOBODY = (state, epoch, teller) -> Listener.NOBODY;

  /**
   * The listener of a job that may be opened on this node; nothing of it is stored yet, so it is to
   * do nothing until it hears.
   *
   * @param epoch of the job, in which this node owns it
   */
  Listener of(JobState state, long epoch, Teller teller);

  /**
   * Why a job that this node takes over is to be cancelled instead of going on: its time was over
   * before anybody could see to that. Empty when it goes on; fails when nobody knows now.
   */
  default CompletionStage<Optional<String>> overdue(JobState state) {
    return CompletableFuture.completedStage(Optional.empty());
  }

  /** Makes an event of the job. Any thread; does nothing once the job is not open here any more. */
  interface Teller {
    void tell(String type, Map<String, Object> members);
  }

  /** Called on the job's lane; must not block, and may read the state during the call only. */
  interface Listener {
    Listener NOBODY =
        new Listener() {
          @Override
          public void settled(JobState state) {}

          @Override
          public void left() {}
        };

    /** The state is stored as it is. */
    void settled(JobState state);

    /** The job has ended, or this node has to do with it no more. */
    void left();

    /** Whether what it offers is still where it was before, as it is not offered here yet. */
    default CompletionStage<Boolean> isArriving() {
      return CompletableFuture.completedStage(false);
    }

    /**
     * As {@link #left}, when another node goes on with the job: what it offers stays here until it
     * is offered there.
     *
     * @param forMs how long at most
     */
    default Staying hand(long forMs) {
      left();
      return Staying.NOTHING;
    }
  }

  /** What stays here of a job that another node has now. */
  interface Staying {
    Staying NOTHING =
        new Staying() {
          @Override
          public Set<String> executions() {
            return Set.of();
          }

          @Override
          public CompletionStage<Boolean> isNeeded() {
            return CompletableFuture.completedStage(false);
          }

          @Override
          public CompletionStage<?> end() {
            return CompletableFuture.completedStage(null);
          }
        };

    /** Ids of the executions behind it. */
    Set<String> executions();

    /** Whether some of it is not offered elsewhere yet; asked before the job goes, too. */
    CompletionStage<Boolean> isNeeded();

    /** Nobody is told of it any more. */
    CompletionStage<?> end();
  }
}
