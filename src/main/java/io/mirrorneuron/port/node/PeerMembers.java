package io.mirrorneuron.port.node;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.PeerJobs;
import io.mirrorneuron.port.node.NodeMembers.Greeting;
import io.mirrorneuron.port.node.NodeMembers.Offer;
import java.util.List;

/**
 * Port: asks another node to join or leave. Blocking; thread-safe. What it refuses fails as it
 * says; UNAVAILABLE as {@link PeerJobs#UNREACHED} when nothing was sent.
 */
public interface PeerMembers {
  /** Of a node that knows no other. */
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
   * The node that is asked.
   *
   * @param name as it must be called
   * @param address {@code host:port}
   * @param token a join token that it takes
   */
  record Asked(String name, String address, String token) {
    /** Without the token. */
    @Override
    public String toString() {
      return name + " at " + address;
    }
  }

  /** Where other nodes are asked when nobody says at which port. */
  default List<Integer> ports() {
    return NodeMembers.USUAL_PORTS;
  }

  /**
   * @param caller name of this node
   */
  Greeting greet(String caller, String address, String token);

  /** Returns the node as the owner of jobs. */
  String join(Asked node, Offer offer);

  /** The node that answers there as the owner of jobs, whatever it is called; nothing changes. */
  String identify(Asked node);

  void leave(Asked node);
}
