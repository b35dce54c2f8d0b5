package io.mirrorneuron.port;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.node.AgentChanges;
import io.mirrorneuron.port.node.PeerMembers;
import io.mirrorneuron.port.node.PeerPrograms;
import java.time.Duration;

/**
 * Reaches the jobs of other nodes on the same store. What fails there fails here in the same way;
 * besides, as UNAVAILABLE, with {@link #UNREACHED} or {@link #REPLY_LOST}. Thread-safe.
 */
public interface PeerJobs {
  /** The job is open on another node than the one that was asked; nothing was done. */
  String NOT_OWNER = "not_owner";

  /** The command was not sent. */
  String UNREACHED = "owner_unreachable";

  /** The command was sent, and its answer did not come: nobody knows whether it was done. */
  String REPLY_LOST = "reply_lost";

  /** Of a node that knows no other. */
  PeerJobs NONE =
      command -> {
        throw new MnException(ErrorCode.UNAVAILABLE, UNREACHED, "this node asks no other");
      };

  /** UNAVAILABLE {@link #NOT_OWNER}. */
  static MnException notOwner(String jobId) {
    return new MnException(
        ErrorCode.UNAVAILABLE,
        NOT_OWNER,
        "job " + jobId + " is open on another node of the cluster; ask that node");
  }

  /** The jobs of the node that the command is for, for this command only. */
  JobsPort at(Command command);

  /** Changes of the agents of that node's jobs, for this command only. */
  default AgentChanges changesAt(Command command) {
    throw new MnException(ErrorCode.UNAVAILABLE, UNREACHED, "this node asks no other");
  }

  /** Programs of this node's jobs there. */
  default PeerPrograms programs() {
    return PeerPrograms.NONE;
  }

  /** Nodes that are to join or leave. */
  default PeerMembers members() {
    return PeerMembers.NONE;
  }

  /**
   * A command that is passed on.
   *
   * @param owner whom it is for; another one refuses it
   * @param address {@code host:port} of that owner
   * @param id the same when the command is given again: it then counts once
   * @param timeLeft longest wait for the answer
   */
  record Command(String owner, String address, String id, Duration timeLeft) {}
}
