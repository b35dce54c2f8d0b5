package io.mirrorneuron.port.node;

import io.mirrorneuron.port.node.NodeMembers.NodeAddress;
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

  /**
   * Where the folder of a run is to be found.
   *
   * @param node whose job it is; null when it is this one's, or nobody knows
   * @param jobId the job of the run; null when the store knows none
   */
  public record RunPlace(Kind kind, NodeAddress node, String jobId) {
    public enum Kind {
      HERE,
      THERE,
      /** Its node lives and has told nobody where it is. */
      HIDDEN,
      /** Its node is dead, and another one is about to take over the job, which is open. */
      MOVING,
      /** Its node is dead, and the job has ended. */
      GONE,
      /** The store does not know its job. */
      UNKNOWN
    }
  }
}
