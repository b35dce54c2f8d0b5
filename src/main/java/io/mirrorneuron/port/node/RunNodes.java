package io.mirrorneuron.port.node;

import java.util.List;
import java.util.concurrent.CompletionStage;

/** Tells on which node a run is. Does not block but where it says so; thread-safe. */
public interface RunNodes {
  /** Whether the last heartbeat was told of other nodes that live. Asks nobody. */
  boolean sawOthers();

  /**
   * Whether the folder of the run on this node is what is to be told of it, as far as {@link #look}
   * has seen: this node works on its job, or it says how the job ended. Asks nobody.
   */
  boolean isKnownHere(String runId);

  /** Looks how the folder of the run on this node stands. Blocks. */
  void look(String runId);

  /** Which node works, or has worked, on the job of the run. */
  CompletionStage<RunPlace> find(String runId);

  /** The other nodes that live and have told where they are, by name. */
  CompletionStage<List<NodeAddress>> others();

  /**
   * Makes the folder of a run here from what is committed of its job, or completes one that this
   * node left open when the job went to the other node. Blocks.
   *
   * @param place where the run would be, of a kind {@link RunPlace.Kind#GONE}
   */
  void makeAnew(String runId, RunPlace place);
}
