package io.mirrorneuron.area.cluster;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.bundle.RequiredServices;
import io.mirrorneuron.bus.ApiCall;
import io.mirrorneuron.bus.AreaVerticle;
import io.mirrorneuron.bus.IgnoredMembers;
import io.mirrorneuron.bus.MisspeltMembers;
import io.mirrorneuron.model.Build;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.ClusterPort;
import io.mirrorneuron.port.ClusterSummary;
import io.mirrorneuron.port.ClusterSummary.CapacityReport;
import io.mirrorneuron.port.ClusterSummary.ClusterNode;
import io.mirrorneuron.port.ClusterSummary.ClusterNode.Pool;
import io.mirrorneuron.port.node.NodeMaintenance;
import io.mirrorneuron.port.node.NodeMaintenance.DrainOrder;
import io.mirrorneuron.port.node.NodeMembers;
import io.mirrorneuron.port.node.NodeMembers.Greeting;
import io.mirrorneuron.port.node.NodeMembers.HostJoin;
import io.mirrorneuron.port.node.NodeMembers.HostJoin.Joined;
import io.mirrorneuron.port.node.NodeReport;
import io.mirrorneuron.port.node.ServicesPort;
import io.mirrorneuron.port.node.ServicesPort.ServiceFilter;
import io.mirrorneuron.port.node.ServicesPort.ServiceReport;
import io.mirrorneuron.server.ListeningPorts;
import io.mirrorneuron.server.ListeningPorts.Listener;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LenientJson;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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
    on("getResource", call -> Totals.enrich(cluster.resource(), ports.endpoints()));
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
    ObjectNode answer = Totals.enrich(cluster.setResource(limits), ports.endpoints());
    if (!ignored.isEmpty()) {
      answer.set("warnings", Json.MAPPER.valueToTree(ignored));
    }
    return answer;
  }

  /** The ports of this server, and of other processes of its machine. */
  private record ServerPorts(ServerLocation location, ListeningPorts others) {

    /** The endpoints of this server and of its runtime. */
    List<NativePort> endpoints() {
      return List.of(
          NativePort.ofUrl("api", "HTTP API", location.apiBaseUrl().get()),
          NativePort.ofTarget("core_grpc", "gRPC of the runtime", location.coreTarget().get()));
    }

    /** The endpoints first, then all other ports. */
    Ports list(boolean withOthers) {
      List<NativePort> ports = new ArrayList<>(endpoints());
      if (withOthers) {
        Set<String> own =
            ports.stream().map(endpoint -> "tcp-" + endpoint.port()).collect(Collectors.toSet());
        others.get().stream()
            .map(NativePort::of)
            .filter(port -> !own.contains(port.name()))
            .forEach(ports::add);
      }
      return new Ports(ports);
    }

    /** The answer of {@code GET /resource/ports}. */
    record Ports(List<NativePort> ports) {}
  }

  /** The operations on services that jobs offer. */
  private record ServiceOperations(ServicesPort services) {

    /** The requirements to check, or a manifest that contains them. */
    private record Wanted(Object services, Map<String, Object> manifest) {}

    void addTo(BiConsumer<String, Function<ApiCall, Object>> on) {
      on.accept("listServices", call -> services.list(filter(call)));
      on.accept(
          "resolveService", call -> services.resolve(call.text("service_name"), filter(call)));
      on.accept("checkServices", this::check);
      on.accept("checkServicesByPath", this::check);
    }

    private static ServiceFilter filter(ApiCall call) {
      return new ServiceFilter(
          call.text("name"),
          call.text("node"),
          call.text("job_id"),
          call.text("agent_id"),
          call.text("status"),
          call.texts("tag"),
          call.flag("passing_only"),
          call.text("deployment_role"));
    }

    private ServiceReport check(ApiCall call) {
      Wanted wanted = LenientJson.read(call.body(), Wanted.class);
      if (wanted.services != null) {
        return services.check(Json.write(wanted.services));
      }
      if (wanted.manifest.isEmpty()) {
        throw MnException.invalid("say which services, or which manifest that needs some");
      }
      return services.check(RequiredServices.of(Json.write(wanted.manifest)));
    }
  }

  /** The operations that control which nodes take work. */
  private record NodeOperations(NodeMaintenance nodes) {

    private record MaintenanceOrder(Boolean enabled, String reason) {}

    private record DrainBody(
        String reason, Long deadlineMs, boolean dryRun, Boolean ignoreSystemJobs) {}

    private record EndOfDrain(String reason, boolean markEligible) {}

    private record ReconcileOrder(String reason, boolean dryRun) {}

    void addTo(BiConsumer<String, Function<ApiCall, Object>> on) {
      on.accept("getNode", this::get);
      on.accept("maintainNode", this::maintain);
      on.accept("drainNode", this::drain);
      on.accept("undrainNode", this::undrain);
      on.accept("reconcileNode", this::reconcile);
    }

    private NodeReport get(ApiCall call) {
      return nodes.status(call.text("name")).orNotFound();
    }

    private Object maintain(ApiCall call) {
      MisspeltMembers.refuseOthers(call, Set.of("enabled", "reason"));
      MaintenanceOrder order = LenientJson.read(call.body(), MaintenanceOrder.class);
      boolean enabled = order.enabled() == null || order.enabled();
      return nodes.maintain(call.text("name"), enabled, order.reason());
    }

    private Object drain(ApiCall call) {
      MisspeltMembers.refuseOthers(
          call, Set.of("reason", "deadline_ms", "dry_run", "ignore_system_jobs"));
      DrainBody body = LenientJson.read(call.body(), DrainBody.class);
      return nodes.drain(
          new DrainOrder(
              call.text("name"),
              body.reason(),
              body.deadlineMs() == null ? 0 : body.deadlineMs(),
              body.dryRun(),
              body.ignoreSystemJobs() == null || body.ignoreSystemJobs()));
    }

    private Object undrain(ApiCall call) {
      MisspeltMembers.refuseOthers(call, Set.of("reason", "mark_eligible"));
      EndOfDrain body = LenientJson.read(call.body(), EndOfDrain.class);
      return nodes.undrain(call.text("name"), body.reason(), body.markEligible());
    }

    private Object reconcile(ApiCall call) {
      MisspeltMembers.refuseOthers(call, Set.of("reason", "dry_run"));
      ReconcileOrder body = LenientJson.read(call.body(), ReconcileOrder.class);
      return nodes.reconcile(call.text("name"), body.reason(), body.dryRun());
    }
  }

  /** The operations on cluster membership. */
  private record MemberOperations(NodeMembers members, NodeMaintenance upkeep) {

    private record Wanted(String host, String token, Long grpcPort) {}

    private record Unwanted(String nodeName) {}

    /** The node's handshake data without secrets. */
    private record Handshake(
        String nodeName,
        String runtimeMode,
        String grpcHost,
        int grpcPort,
        String clusterNodes,
        boolean networkOnly) {
      static Handshake of(Greeting reported) {
        return new Handshake(
            reported.nodeName(),
            reported.runtimeMode(),
            reported.grpcHost(),
            reported.grpcPort(),
            reported.clusterNodes(),
            reported.networkOnly());
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

    /** Numbers outside the port range stay outside, so that they are refused later. */
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

  /** Completes resource reports, so that every number that clients add up is present. Pure. */
  static final class Totals {
    private static final List<String> COUNTS = List.of("cpu_cores", "gpu_count");
    private static final List<String> SIZES =
        List.of(
            "gpu_memory_total_mb",
            "gpu_memory_free_mb",
            "gpu_memory_total_gb",
            "gpu_memory_free_gb",
            "memory_gb",
            "memory_total_gb",
            "memory_available_gb",
            "disk_gb",
            "disk_available_gb");
    private static final double MB_PER_GB = 1024;

    private Totals() {}

    /**
     * The report with its nodes and totals completed, and with {@code combined} if available.
     *
     * @param endpoints written as {@code native_ports}
     */
    static ObjectNode enrich(CapacityReport whole, List<NativePort> endpoints) {
      ObjectNode report = enrich(whole);
      return report.set("native_ports", Json.MAPPER.valueToTree(endpoints));
    }

    static ObjectNode enrich(CapacityReport whole) {
      ObjectNode report = whole.json().deepCopy();
      for (String name : List.of("totals", "usable", "combined")) {
        if (report.get(name) instanceof ObjectNode totals) {
          complete(totals);
        }
      }
      ArrayNode nodes = report.get("nodes") instanceof ArrayNode array ? array : null;
      if (nodes != null) {
        nodes.forEach(
            node -> {
              if (node instanceof ObjectNode object) {
                complete(object);
              }
            });
      }
      if (!(report.get("combined") instanceof ObjectNode)) {
        if (report.get("totals") instanceof ObjectNode totals) {
          report.set("combined", totals.deepCopy());
        } else if (nodes != null) {
          report.set("combined", sum(nodes));
        }
      }
      return report;
    }

    private static void complete(ObjectNode totals) {
      mirror(totals, "memory_gb", "memory_total_gb", 1);
      mirror(totals, "gpu_memory_total_gb", "gpu_memory_total_mb", MB_PER_GB);
      mirror(totals, "gpu_memory_free_gb", "gpu_memory_free_mb", MB_PER_GB);
      COUNTS.forEach(name -> totals.put(name, (int) number(totals.get(name))));
      SIZES.forEach(name -> totals.put(name, rounded(number(totals.get(name)))));
    }

    /** Fills the missing one of two members; {@code b} is {@code a} times the factor. */
    private static void mirror(ObjectNode totals, String a, String b, double factor) {
      if (!totals.hasNonNull(a) && totals.hasNonNull(b)) {
        totals.put(a, number(totals.get(b)) / factor);
      } else if (!totals.hasNonNull(b) && totals.hasNonNull(a)) {
        totals.put(b, number(totals.get(a)) * factor);
      }
    }

    private static ObjectNode sum(ArrayNode nodes) {
      ObjectNode sum = Json.object();
      COUNTS.forEach(name -> sum.put(name, (int) sum(nodes, name)));
      SIZES.forEach(name -> sum.put(name, rounded(sum(nodes, name))));
      return sum;
    }

    private static double sum(ArrayNode nodes, String name) {
      double sum = 0;
      for (JsonNode node : nodes) {
        sum += number(node.get(name));
      }
      return sum;
    }

    /** Accepts numbers as text; any other value counts as 0. */
    private static double number(JsonNode value) {
      if (value == null) {
        return 0;
      }
      double number = value.isBoolean() ? 0 : value.asDouble(0);
      return Double.isFinite(number) ? number : 0;
    }

    private static double rounded(double value) {
      return Math.round(value * 100) / 100.0;
    }
  }

  /**
   * Metrics of a system summary. The summary may come from a remote runtime, so there is no
   * registry in this process. Pure.
   */
  static final class SummaryMetrics {
    private static final PrometheusTextFormatWriter TEXT =
        PrometheusTextFormatWriter.builder().build();

    private SummaryMetrics() {}

    /** In the Prometheus text format, sorted by name, without metrics that have no value. */
    static Buffer prometheus(ClusterSummary summary) {
      MetricSnapshots metrics =
          MetricSnapshots.builder()
              .metricSnapshot(byStatus("mn_jobs", "Jobs by status.", summary.jobCounts()))
              .metricSnapshot(
                  byStatus("mn_nodes", "Nodes by status.", Census.byStatus(summary.nodeStatuses())))
              .metricSnapshot(builds(summary))
              .metricSnapshot(pools("capacity", summary, Pool::capacity))
              .metricSnapshot(pools("in_use", summary, Pool::inUse))
              .metricSnapshot(pools("available", summary, Pool::available))
              .metricSnapshot(pools("queued", summary, Pool::queued))
              .metricSnapshot(scheduleTimes(summary))
              .build();
      ByteArrayOutputStream text = new ByteArrayOutputStream();
      try {
        TEXT.write(text, metrics);
      } catch (IOException e) {
        throw new UncheckedIOException("memory takes what is written", e);
      }
      return Buffer.buffer(text.toByteArray());
    }

    /**
     * @param counts null when unknown
     */
    private static GaugeSnapshot byStatus(String name, String help, Map<String, Long> counts) {
      Map<Labels, Long> values = new LinkedHashMap<>();
      if (counts != null) {
        counts.forEach((status, count) -> values.put(Labels.of("status", status), count));
      }
      return gauge(name, help, values);
    }

    /** One value per node, so that a rolling upgrade can be watched. */
    private static InfoSnapshot builds(ClusterSummary summary) {
      Map<String, Labels> labels = new LinkedHashMap<>();
      for (ClusterNode node : summary.nodes()) {
        Build build = node.build();
        if (build != null) {
          labels.put(
              node.name(),
              Labels.of(
                  "node", node.name(),
                  "version", build.version(),
                  "commit", Objects.requireNonNullElse(build.commit(), ""),
                  "build_date", Objects.requireNonNullElse(build.date(), "")));
        }
      }
      InfoSnapshot.Builder info =
          InfoSnapshot.builder().name("mn_build").help("Program of each node.");
      labels
          .values()
          .forEach(each -> info.dataPoint(InfoDataPointSnapshot.builder().labels(each).build()));
      return info.build();
    }

    /** Counts since the start of each node; no count is reported by two nodes. */
    private static CounterSnapshot scheduleTimes(ClusterSummary summary) {
      Map<Labels, Long> values = new LinkedHashMap<>();
      for (ClusterNode node : summary.nodes()) {
        node.scheduleTimes()
            .forEach(
                (outcome, count) ->
                    values.put(Labels.of("node", node.name(), "outcome", outcome), count));
      }
      CounterSnapshot.Builder counter =
          CounterSnapshot.builder()
              .name("mn_schedule_times")
              .help(
                  "Times at which schedules made no job, or made it late, by what became of them.");
      values.forEach(
          (labels, value) ->
              counter.dataPoint(
                  CounterDataPointSnapshot.builder().labels(labels).value(value).build()));
      return counter.build();
    }

    private static GaugeSnapshot pools(
        String measure, ClusterSummary summary, ToIntFunction<Pool> count) {
      Map<Labels, Long> values = new LinkedHashMap<>();
      for (ClusterNode node : summary.nodes()) {
        node.pools()
            .forEach(
                (pool, slots) ->
                    values.put(
                        Labels.of("node", node.name(), "pool", pool),
                        (long) count.applyAsInt(slots)));
      }
      return gauge("mn_executor_pool_" + measure, "Executor slots: " + measure + ".", values);
    }

    /**
     * @param values by labels; the labels of a metric must be unique
     */
    private static GaugeSnapshot gauge(String name, String help, Map<Labels, Long> values) {
      GaugeSnapshot.Builder gauge = GaugeSnapshot.builder().name(name).help(help);
      values.forEach(
          (labels, value) ->
              gauge.dataPoint(
                  GaugeDataPointSnapshot.builder().labels(labels).value(value).build()));
      return gauge.build();
    }
  }

  /**
   * A port that somebody listens on.
   *
   * @param name {@code api} and {@code core_grpc} are ports of this server; others go by protocol
   *     and number
   * @param label for people
   * @param port a number
   * @param target where clients find it
   */
  public record NativePort(String name, String label, String host, String port, String target) {

    /**
     * @param url with a host; the port may be missing if it is the scheme's default
     */
    static NativePort ofUrl(String name, String label, String url) {
      URI uri = URI.create(url);
      int port = uri.getPort() > 0 ? uri.getPort() : "https".equals(uri.getScheme()) ? 443 : 80;
      return new NativePort(name, label, uri.getHost(), Integer.toString(port), url);
    }

    /**
     * @param target {@code host:port}
     */
    static NativePort ofTarget(String name, String label, String target) {
      int colon = target.lastIndexOf(':');
      return new NativePort(
          name,
          label,
          target.substring(0, Math.max(0, colon)),
          target.substring(colon + 1),
          target);
    }

    static NativePort of(Listener other) {
      String host = other.host();
      return new NativePort(
          other.protocol() + "-" + other.port(),
          "in use",
          host,
          Integer.toString(other.port()),
          (host.contains(":") ? "[" + host + "]" : host) + ":" + other.port());
    }
  }
}
