package io.mirrorneuron.area.cluster;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.bus.ApiCall;
import io.mirrorneuron.bus.AreaVerticle;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.ClusterPort;
import io.mirrorneuron.port.ClusterSummary;
import io.mirrorneuron.port.service.ServicesPort;
import io.mirrorneuron.server.ListeningPorts;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;

/** The area {@code cluster}. */
public final class ClusterVerticle extends AreaVerticle {
  private static final int LIMIT = 64;

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
    limits.retain("cpu", "gpu", "memory", "disk");
    limits.properties().removeIf(limit -> limit.getValue().isNull());
    if (limits.isEmpty()) {
      throw MnException.invalid("at least one of cpu, gpu, memory, or disk is required");
    }
    return Totals.enrich(cluster.setResource(limits), ports.doors());
  }
}
