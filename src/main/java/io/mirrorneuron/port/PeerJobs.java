package io.mirrorneuron.port;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.node.AgentChanges;
import io.mirrorneuron.port.node.PeerMembers;
import io.mirrorneuron.port.node.PeerPrograms;
import java.time.Duration;

/**
 * Calls nodes on the same store about their jobs. Failures are those of the other node, or
 * UNAVAILABLE with {@link #UNREACHED} or {@link #REPLY_LOST}. Thread-safe.
 */
public interface PeerJobs {
  /** The job is open on another node than the one called; nothing was done. */
  String NOT_OWNER = "not_owner";

  /** The command was not sent. */
  String UNREACHED = "owner_unreachable";

  /** The command was sent and no answer came: its outcome is unknown. */
  String REPLY_LOST = "reply_lost";

  /** For a node without peers. */
  PeerJobs NONE =
      command -> {
        throw new MnException(ErrorCode.UNAVAILABLE, UNREACHED, "this node asks no other");
      };

  static MnException notOwner(String jobId) {
    return new MnException(
        ErrorCode.UNAVAILABLE,
        NOT_OWNER,
        "job " + jobId + " is open on another node of the cluster; ask that node");
  }

  /** The jobs of the command's node, for this command only. */
  JobsPort at(Command command);

  /** Changes to the agents of that node's jobs, for this command only. */
  default AgentChanges changesAt(Command command) {
    throw new MnException(ErrorCode.UNAVAILABLE, UNREACHED, "this node asks no other");
  }

  /** Programs of this node's jobs on other nodes. */
  default PeerPrograms programs() {
    return PeerPrograms.NONE;
  }

  default PeerMembers members() {
    return PeerMembers.NONE;
  }

  /**
   * A forwarded command.
   *
   * @param owner the addressee; any other node refuses it
   * @param address {@code host:port} of that owner
   * @param id the same for a repeated command, which then counts once
   * @param timeLeft longest wait for the answer
   */
  record Command(String owner, String address, String id, Duration timeLeft) {}
}
