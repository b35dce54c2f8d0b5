package io.mirrorneuron.port.node;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.PeerJobs;
import io.mirrorneuron.port.node.NodeMembers.Greeting;
import io.mirrorneuron.port.node.NodeMembers.Offer;
import java.util.List;

/**
 * Asks another node to join or leave. Blocking. Thread-safe. Refusals of the other node are passed
 * on; UNAVAILABLE {@link PeerJobs#UNREACHED} when nothing was sent.
 */
public interface PeerMembers {
  /** For a node without peers. */
  PeerMembers NONE =
      new PeerMembers() {
        @Override
        public Greeting greet(String caller, String address, String token) {
          throw alone();
        }

        @Override
        public String join(Asked node, Offer offer) {
          throw alone();
        }

        @Override
        public String identify(Asked node) {
          throw alone();
        }

        @Override
        public void leave(Asked node) {
          throw alone();
        }

        private MnException alone() {
          return new MnException(
              ErrorCode.UNAVAILABLE, PeerJobs.UNREACHED, "this node asks no other");
        }
      };

  /**
   * The addressed node.
   *
   * @param name under which it must be called
   * @param address {@code host:port}
   * @param token a join token that it accepts
   */
  record Asked(String name, String address, String token) {
    /** Without the token. */
    @Override
    public String toString() {
      return name + " at " + address;
    }
  }

  /** Default ports of other nodes. */
  default List<Integer> ports() {
    return NodeMembers.USUAL_PORTS;
  }

  /**
   * @param caller name of this node
   */
  Greeting greet(String caller, String address, String token);

  /** Returns the id of the node as an owner of jobs. */
  String join(Asked node, Offer offer);

  /**
   * Returns the id, as an owner of jobs, of the node at this address, under any name; nothing
   * changes.
   */
  String identify(Asked node);

  void leave(Asked node);
}
