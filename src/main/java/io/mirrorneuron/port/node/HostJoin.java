package io.mirrorneuron.port.node;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.PeerJobs;
import io.mirrorneuron.port.node.NodeMembers.Member;
import io.mirrorneuron.port.node.NodeMembers.NewNode;
import java.util.List;
import java.util.function.Predicate;

/**
 * Adds the node at a host of which only the join token is known.
 *
 * @param isThere whether the node of a name belongs to the cluster
 */
public record HostJoin(NodeMembers members, Predicate<String> isThere) {
  /**
   * What came of it.
   *
   * @param wasThere whether it was a member already
   */
  public record Joined(Greeting greeting, Member member, boolean wasThere) {}

  /**
   * @param port null: those at which nodes usually listen, the next one only when nobody answers; 0
   *     means the first of these
   * @throws MnException INVALID with one sentence when what is asked cannot be; else as {@link
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

  /** The stripped name. */
  public static String requireName(String given) {
    String name = given == null ? "" : given.strip();
    if (name.length() > 253 || !name.contains("@") || name.matches(".*\\s.*")) {
      throw MnException.invalid("Remote node name must look like mirror_neuron@host.");
    }
    return name;
  }
}
