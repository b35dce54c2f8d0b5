package io.mirrorneuron.port.node;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.PeerJobs;
import java.util.List;
import java.util.function.Predicate;

/** Membership of a runtime's cluster. Blocking. Thread-safe. Calls are idempotent. */
public interface NodeMembers {
  /** It sends heartbeats to the store of the cluster. */
  String CONNECTED = "connected";

  /** It accepted the order and has not been seen on the store of the cluster yet. */
  String JOINING = "joining";

  String DISCONNECTED = "disconnected";

  /** Usual gRPC ports of nodes: outside of a container, and inside. */
  List<Integer> USUAL_PORTS = List.of(55_051, 50_051);

  /**
   * A node to add to the cluster.
   *
   * @param name {@code mirror_neuron@host}
   * @param token its join token
   * @param address {@code host:port} of its gRPC endpoint; empty: the host of its name, at the
   *     usual ports
   */
  record NewNode(String name, String token, String address) {
    /** Without the token. */
    @Override
    public String toString() {
      return name + (address.isEmpty() ? "" : " at " + address);
    }
  }

  /**
   * @param status {@link #CONNECTED}, {@link #JOINING} or {@link #DISCONNECTED}
   */
  record Member(String node, String status) {}

  /**
   * Asks a node to describe itself; nothing changes.
   *
   * @param address {@code host:port} of its gRPC endpoint
   * @throws MnException UNAUTHENTICATED when the token is not its own; UNAVAILABLE without an
   *     answer
   */
  Greeting greet(String address, String token);

  /** Ports to try, in order, on a node of which only the host is known. */
  default List<Integer> ports() {
    return USUAL_PORTS;
  }

  /** The name of the node that answers the calls. */
  String self();

  /**
   * Makes the node work on the store of this cluster.
   *
   * @throws MnException INVALID for a malformed name; UNAVAILABLE when it is not reached;
   *     UNAUTHENTICATED when the token is not its own; PRECONDITION or CONFLICT with the sentence
   *     in which it, or this node, refuses
   */
  Member add(NewNode node);

  /**
   * Removes the node from the cluster: nothing is placed on it any more, and a node that had joined
   * returns to its own store. A node may remove itself.
   */
  Member remove(String name);

  /**
   * A node's description of itself for a caller with its join token, without secrets.
   *
   * @param nodeName may be empty
   * @param clusterNodes comma-separated names
   */
  public record Greeting(
      String nodeName,
      String runtimeMode,
      String grpcHost,
      int grpcPort,
      String clusterNodes,
      boolean networkOnly) {}

  /**
   * Adds a node of which only the host and the join token are known.
   *
   * @param isThere whether the node of a name belongs to the cluster
   */
  public record HostJoin(NodeMembers members, Predicate<String> isThere) {
    /**
     * @param wasThere whether it was a member already
     */
    public record Joined(Greeting greeting, Member member, boolean wasThere) {}

    /**
     * @param port null: the usual ports, the next only if there is no answer; 0: the first usual
     *     port
     * @throws MnException INVALID with one sentence for invalid arguments; else as {@link
     *     NodeMembers#add}
     */
    public Joined add(String host, Integer port, String token) {
      String name = host(host);
      String shown = token == null ? "" : token.strip();
      if (!shown.matches("\\S{1,4096}")) {
        throw MnException.invalid("Remote node token is required.");
      }
      if (port != null && (port < 0 || port > 65_535)) {
        throw MnException.invalid("Remote gRPC port must be a valid TCP port.");
      }
      return at(name, ports(port), shown);
    }

    private List<Integer> ports(Integer given) {
      List<Integer> usual = members.ports();
      return given == null ? usual : List.of(given == 0 ? usual.getFirst() : given);
    }

    private static String host(String given) {
      String host = given == null ? "" : given.strip();
      if (!host.matches("[A-Za-z0-9_.][A-Za-z0-9_.-]{0,252}|\\[?[0-9A-Fa-f.]*:[0-9A-Fa-f:.]+]?")
          || host.matches("[^:\\[]+:\\d+")) {
        throw MnException.invalid("Remote node host must be a host name or IP address.");
      }
      return host;
    }

    private Joined at(String host, List<Integer> ports, String token) {
      String shown = host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host;
      MnException away = null;
      for (int port : ports) {
        String address = shown + ":" + port;
        Greeting greeting;
        try {
          greeting = members.greet(address, token);
        } catch (MnException failure) {
          if (failure.code() != ErrorCode.UNAVAILABLE) {
            throw explained(failure, address);
          }
          away = failure;
          continue;
        }
        String reported = greeting.nodeName();
        String name = requireName(reported.isEmpty() ? "mirror_neuron@" + host : reported);
        boolean wasThere = isThere.test(name);
        try {
          Member member = members.add(new NewNode(name, token, address));
          return new Joined(greeting, member, wasThere);
        } catch (MnException failure) {
          throw explained(failure, address);
        }
      }
      throw nobody(shown, ports, away);
    }

    private static MnException nobody(String host, List<Integer> ports, MnException away) {
      String where =
          ports.size() == 1
              ? "%s:%d".formatted(host, ports.getFirst())
              : "%s, at none of the ports %s".formatted(host, ports);
      return new MnException(
          ErrorCode.UNAVAILABLE,
          PeerJobs.UNREACHED,
          "no server answers by gRPC at %s; start it there, or name the port of its gRPC endpoint (grpc_port, --grpc-port)"
              .formatted(where),
          null,
          away);
    }

    private static MnException explained(MnException failure, String address) {
      return failure.code() != ErrorCode.UNAUTHENTICATED
          ? failure
          : new MnException(
              failure.code(),
              failure.error(),
              "%s: the token is not the join token of the server at %s"
                  .formatted(failure.getMessage(), address),
              null,
              failure);
    }

    /** Returns the stripped name. */
    public static String requireName(String given) {
      String name = given == null ? "" : given.strip();
      if (name.length() > 253 || !name.contains("@") || name.matches(".*\\s.*")) {
        throw MnException.invalid("Remote node name must look like mirror_neuron@host.");
      }
      return name;
    }
  }

  /**
   * The cluster that a node is asked to join.
   *
   * @param main name of the offering node
   * @param version of its program
   * @param redisUrl of the store, with its password
   * @param namespace first part of every key there
   * @param joinToken of the cluster
   */
  public record Offer(
      String main, String version, String redisUrl, String namespace, String joinToken) {
    /** Without what is secret. */
    @Override
    public String toString() {
      return "the cluster of " + main;
    }
  }

  /**
   * Another node and its address.
   *
   * @param owner the node as the owner of jobs: its name, {@code #}, the id of its data directory
   * @param address {@code host:port} of its gRPC endpoint
   */
  public record NodeAddress(String owner, String address) {
    public String name() {
      int end = owner.indexOf('#');
      return end < 0 ? owner : owner.substring(0, end);
    }
  }
}
