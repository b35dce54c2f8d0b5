package io.mirrorneuron.port.node;

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
