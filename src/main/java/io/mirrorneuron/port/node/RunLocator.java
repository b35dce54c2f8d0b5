package io.mirrorneuron.port.node;

import io.mirrorneuron.port.node.NodeMembers.NodeAddress;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Finds the node of a run. Non-blocking unless stated. Thread-safe. */
public interface RunLocator {
  /** Whether the last heartbeat reported other live nodes. No I/O. */
  boolean sawOthers();

  /**
   * Whether this node's folder of the run is authoritative as of the last {@link #look}: this node
   * works on its job, or the folder records how the job ended. No I/O.
   */
  boolean isKnownHere(String runId);

  /** Checks the run's folder on this node. Blocking. */
  void look(String runId);

  /** The node that works, or has worked, on the job of the run. */
  CompletionStage<RunPlace> find(String runId);

  /** The other live nodes with a known address, by name. */
  CompletionStage<List<NodeAddress>> others();

  /**
   * Rebuilds the folder of a run here from the committed state of its job, or completes a folder
   * that this node left open when the job moved to the other node. Blocking.
   *
   * @param place of the run, of kind {@link RunPlace.Kind#GONE}
   */
  void makeAnew(String runId, RunPlace place);

  /**
   * Location of a run's folder.
   *
   * @param node of the job; null when it is this one or unknown
   * @param jobId the job of the run; null when the store knows none
   */
  public record RunPlace(Kind kind, NodeAddress node, String jobId) {
    public enum Kind {
      HERE,
      THERE,
      /** Its node lives and has published no address. */
      HIDDEN,
      /** Its node is dead, and another node is about to take over the open job. */
      MOVING,
      /** Its node is dead, and the job has ended. */
      GONE,
      /** The store does not know its job. */
      UNKNOWN
    }
  }
}
