package io.mirrorneuron.port.node;

import java.util.List;
import java.util.concurrent.CompletionStage;

/** Tells on which node a run is. Does not block but where it says so; thread-safe. */
public interface RunNodes {
  /** Whether the last heartbeat was told of other nodes that live. Asks nobody. */
  boolean sawOthers();

  /** Which node works, or has worked, on the job of the run. */
  CompletionStage<RunPlace> find(String runId);

  /** The other nodes that live and have told where they are, by name. */
  CompletionStage<List<NodeAddress>> others();

  /**
   * Makes the folder of a run here from what is committed of its job, unless there is one. Blocks.
   *
   * @param place where the run would be, of a kind {@link RunPlace.Kind#GONE}
   */
  void makeAnew(String runId, RunPlace place);
}
