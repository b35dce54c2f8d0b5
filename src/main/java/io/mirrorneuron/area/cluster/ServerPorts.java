package io.mirrorneuron.area.cluster;

import io.mirrorneuron.server.ListeningPorts;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Where this server listens, and who else does on its machine. */
record ServerPorts(ServerLocation location, ListeningPorts others) {

  /** The doors of this server and of its runtime. */
  List<NativePort> doors() {
    return List.of(
        NativePort.ofUrl("api", "HTTP API", location.apiBaseUrl().get()),
        NativePort.ofTarget("core_grpc", "gRPC of the runtime", location.coreTarget().get()));
  }

  /** The doors, then all others. */
  Ports list(boolean withOthers) {
    List<NativePort> ports = new ArrayList<>(doors());
    if (withOthers) {
      Set<String> own =
          ports.stream().map(door -> "tcp-" + door.port()).collect(Collectors.toSet());
      others.get().stream()
          .map(NativePort::of)
          .filter(port -> !own.contains(port.name()))
          .forEach(ports::add);
    }
    return new Ports(ports);
  }

  /** What {@code GET /resource/ports} answers. */
  record Ports(List<NativePort> ports) {}
}
