package io.mirrorneuron.area.cluster;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.bus.ApiCall;
import io.mirrorneuron.bus.AreaVerticle;
import io.mirrorneuron.bus.IgnoredMembers;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.ClusterPort;
import io.mirrorneuron.port.ClusterSummary;
import io.mirrorneuron.port.node.ServicesPort;
import io.mirrorneuron.server.ListeningPorts;
import io.mirrorneuron.wire.Json;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The area {@code cluster}. */
public final class ClusterVerticle extends AreaVerticle {
  private static final int LIMIT = 64;
  private static final Set<String> LIMITS = Set.of("cpu", "gpu", "memory", "disk");

  private final ClusterPort cluster;
  private final RuntimeStatus status;
  private final ServerPorts ports;

  public ClusterVerticle(
      ClusterPort cluster,
      ServicesPort services,
      ServerLocation location,
      ServerProbes probes,
      Clock clock) {
    super("cluster", LIMIT);
    this.cluster = cluster;
    this.status = new RuntimeStatus(cluster, location, probes, clock);
    on("getRuntimeStatus", this::getRuntimeStatus);
    on("getSystemSummary", call -> cluster.summary());
    on("getMetrics", this::getMetrics);
    this.ports = new ServerPorts(location, new ListeningPorts(Path.of("/proc/net"), clock));
    on("getResource", call -> Totals.enrich(cluster.resource(), ports.doors()));
    on("getResourcePorts", call -> ports.list(call.flag("in_use")));
    on("setResource", this::setResource);
    on("putResource", this::setResource);
    on("listNodes", call -> cluster.overview());
    new MemberOperations(cluster.members(), cluster.upkeep())
        .addTo((name, answer) -> on(name, answer::apply));
    new NodeOperations(cluster.upkeep()).addTo((name, answer) -> on(name, answer::apply));
    new ServiceOperations(services).addTo((name, answer) -> on(name, answer::apply));
  }

  private ObjectNode getRuntimeStatus(ApiCall call) {
    return status.report(Duration.ofMillis(Math.round(call.number("timeout") * 1000)));
  }

  private Object getMetrics(ApiCall call) {
    ClusterSummary summary = cluster.overview();
    return call.accepts("text/plain")
        ? SummaryMetrics.prometheus(summary)
        : Census.metrics(summary);
  }

  private ObjectNode setResource(ApiCall call) {
    ObjectNode limits = call.body();
    List<String> ignored =
        IgnoredMembers.of(limits.properties().stream().map(Map.Entry::getKey), LIMITS);
    limits.retain(LIMITS);
    limits.properties().removeIf(limit -> limit.getValue().isNull());
    if (limits.isEmpty()) {
      throw MnException.invalid(
          Stream.concat(
                  Stream.of("at least one of cpu, gpu, memory, or disk is required"),
                  ignored.stream())
              .collect(Collectors.joining("; ")));
    }
    ObjectNode answer = Totals.enrich(cluster.setResource(limits), ports.doors());
    if (!ignored.isEmpty()) {
      answer.set("warnings", Json.MAPPER.valueToTree(ignored));
    }
    return answer;
  }
}
