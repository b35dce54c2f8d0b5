package io.mirrorneuron.port.node;

import io.mirrorneuron.model.MnException;
import java.util.List;

/**
 * Which nodes belong to the cluster of a runtime. Blocking and thread-safe; calls are repeatable.
 */
public interface NodeMembers {
  /** It sends heartbeats to the store of the cluster. */
  String CONNECTED = "connected";

  /** It took the order, and has not been seen on the store of the cluster yet. */
  String JOINING = "joining";

  String DISCONNECTED = "disconnected";

  /** Where gRPC of nodes usually listens: outside of a container, and inside. */
  List<Integer> USUAL_PORTS = List.of(55_051, 50_051);

  /**
   * A node that is to belong to the cluster.
   *
   * @param name {@code mirror_neuron@host}
   * @param token its join token
   * @param address {@code host:port} of its gRPC door; empty: the host of its name, at the usual
   *     ports
   */
  record NewNode(String name, String token, String address) {
    /** Without the token. */
    @Override
    public String toString() {
      return name + (address.isEmpty() ? "" : " at " + address);
    }
  }

  /**
   * A node, and how it belongs to the cluster now.
   *
   * @param status {@link #CONNECTED}, {@link #JOINING} or {@link #DISCONNECTED}
   */
  record Member(String node, String status) {}

  /**
   * Asks a node of itself; nothing changes.
   *
   * @param address {@code host:port} of its gRPC door
   * @throws MnException UNAUTHENTICATED when the token is not its own; UNAVAILABLE when nobody
   *     answers there
   */
  Greeting greet(String address, String token);

  /** Where a node is asked of which only the host is known: the first that answers. */
  default List<Integer> ports() {
    return USUAL_PORTS;
  }

  /** The name of the node that answers. */
  String self();

  /**
   * Has the node work on the store of this cluster from now on.
   *
   * @throws MnException INVALID for a name that is none; UNAVAILABLE when it is not reached;
   *     UNAUTHENTICATED when the token is not its own; PRECONDITION or CONFLICT with the sentence
   *     in which it, or this node, refuses
   */
  Member add(NewNode node);

  /**
   * Takes the node out of the cluster: nothing is placed there any more, and it goes back to a
   * store of its own when it had joined. The node that answers may take itself out.
   */
  Member remove(String name);
}
