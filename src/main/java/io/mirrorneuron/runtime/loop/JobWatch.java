package io.mirrorneuron.runtime.loop;

import io.mirrorneuron.runtime.state.JobState;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Follows the open jobs of this node, for resources that must exist as long as they do. A listener
 * derives everything from the job's state and is called whenever that may have changed, so a crash
 * or a change of owner loses nothing.
 */
public interface JobWatch {
  JobWatch NOBODY = (state, epoch, teller) -> Listener.NOBODY;

  /**
   * The listener of a job that may be opened on this node. Nothing of the job is stored yet: the
   * listener does nothing until it is called.
   *
   * @param epoch under which this node owns the job
   */
  Listener of(JobState state, long epoch, Teller teller);

  /**
   * Why a job that this node takes over is to be cancelled: its time was over before any server
   * could enforce that. Empty when it continues; fails while that is unknown.
   */
  default CompletionStage<Optional<String>> overdue(JobState state) {
    return CompletableFuture.completedStage(Optional.empty());
  }

  /** Adds an event to the job. Thread-safe; does nothing once the job is not open here. */
  interface Teller {
    void tell(String type, Map<String, Object> members);
  }

  /**
   * Called on the job's event loop; must not block, and may read the state during the call only.
   */
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

    /** The job has ended, or this node has released it. */
    void left();

    /** Whether the job's services are still offered by its former node, not yet here. */
    default CompletionStage<Boolean> isArriving() {
      return CompletableFuture.completedStage(false);
    }

    /**
     * As {@link #left}, when another node continues the job: its services stay here until they are
     * offered there.
     *
     * @param forMs maximum
     */
    default Staying hand(long forMs) {
      left();
      return Staying.NOTHING;
    }
  }

  /** Services that stay here although another node has the job. */
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

    /** Ids of the executions that provide them. */
    Set<String> executions();

    /** Whether some of them are not offered elsewhere yet; also asked before the job goes. */
    CompletionStage<Boolean> isNeeded();

    /** They are not announced any more. */
    CompletionStage<?> end();
  }
}
