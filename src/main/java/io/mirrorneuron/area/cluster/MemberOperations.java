package io.mirrorneuron.area.cluster;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.mirrorneuron.bus.ApiCall;
import io.mirrorneuron.bus.MisspeltMembers;
import io.mirrorneuron.port.node.Greeting;
import io.mirrorneuron.port.node.HostJoin;
import io.mirrorneuron.port.node.HostJoin.Joined;
import io.mirrorneuron.port.node.NodeMembers;
import io.mirrorneuron.port.node.NodeReport;
import io.mirrorneuron.port.node.NodeUpkeep;
import io.mirrorneuron.wire.LenientJson;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** The operations about which nodes belong to the cluster. */
record MemberOperations(NodeMembers members, NodeUpkeep upkeep) {

  private record Wanted(String host, String token, Long grpcPort) {}

  private record Unwanted(String nodeName) {}

  /** Of what the node told, all that is no secret. */
  private record Handshake(
      String nodeName,
      String runtimeMode,
      String grpcHost,
      int grpcPort,
      String clusterNodes,
      boolean networkOnly) {
    static Handshake of(Greeting told) {
      return new Handshake(
          told.nodeName(),
          told.runtimeMode(),
          told.grpcHost(),
          told.grpcPort(),
          told.clusterNodes(),
          told.networkOnly());
    }
  }

  private record Added(
      boolean ok,
      String host,
      String nodeName,
      String status,
      String message,
      Handshake handshake) {}

  private record Removed(
      boolean ok,
      String nodeName,
      String status,
      String message,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> warnings) {}

  void addTo(BiConsumer<String, Function<ApiCall, Object>> on) {
    on.accept("addNode", this::add);
    on.accept("joinNode", this::add);
    on.accept("removeNode", call -> remove(name(call)));
    on.accept("leaveNode", this::leave);
  }

  private Added add(ApiCall call) {
    MisspeltMembers.refuseOthers(call, Set.of("host", "token", "grpc_port"));
    Wanted wanted = LenientJson.read(call.body(), Wanted.class);
    Joined joined =
        new HostJoin(members, node -> upkeep.status(node).isThere())
            .add(wanted.host(), port(wanted.grpcPort()), wanted.token());
    String name = joined.member().node();
    return new Added(
        true,
        wanted.host().strip(),
        name,
        joined.member().status(),
        name + (joined.wasThere() ? " was a member already." : " was added to this box."),
        Handshake.of(joined.greeting()));
  }

  /** Whatever number was given; what is no port is refused with the others. */
  private static Integer port(Long given) {
    return given == null ? null : Math.clamp(given, -1, 65_536);
  }

  private static String name(ApiCall call) {
    MisspeltMembers.refuseOthers(call, Set.of("node_name"));
    return LenientJson.read(call.body(), Unwanted.class).nodeName();
  }

  private Removed leave(ApiCall call) {
    String name = name(call);
    return remove(name == null ? members.self() : name);
  }

  private Removed remove(String given) {
    String name = HostJoin.requireName(given);
    NodeReport before = upkeep.status(name);
    members.remove(name);
    if (before.isMissing()) {
      String missing = before.missing();
      return new Removed(true, name, "removed", "nothing changed: " + missing, List.of(missing));
    }
    return new Removed(true, name, "removed", name + " was removed from this box.", List.of());
  }
}
