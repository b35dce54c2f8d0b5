package io.mirrorneuron.area.cluster;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.Build;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.ClusterPort;
import io.mirrorneuron.port.ClusterSummary;
import io.mirrorneuron.store.RedisState;
import io.mirrorneuron.wire.Json;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Probes the parts of the server. A failed part appears in the report and never raises an error.
 */
final class RuntimeStatus {
  private final ClusterPort cluster;
  private final ServerLocation location;
  private final ServerProbes probes;
  private final Clock clock;

  RuntimeStatus(ClusterPort cluster, ServerLocation location, ServerProbes probes, Clock clock) {
    this.cluster = cluster;
    this.location = location;
    this.probes = probes;
    this.clock = clock;
  }

  ObjectNode report(Duration timeout) {
    Probe core = probe(timeout);
    ArrayNode components = Json.MAPPER.createArrayNode();
    components.add(core.component(location.coreTarget().get()));
    components.add(api());
    components.add(storage());
    if (probes.redis() != null) {
      components.add(redis(probes.redis().get()));
    }

    ObjectNode report = Json.object();
    report.put("overall", overall(components)).put("checked_at", Json.timestamp(clock.instant()));
    Build build = Build.current();
    report
        .putObject("runtime")
        .put("version", build.version())
        .put("commit", build.commit())
        .put("build_date", build.date())
        .put("mode", location.mode())
        .put("mn_home", location.home().toString())
        .put("compose_env", location.ifPresent("docker-compose.env"))
        .put("endpoints_file", location.ifPresent("runtime-endpoints.json"));
    report
        .putObject("endpoints")
        .put("core_grpc", location.coreTarget().get())
        .put("api", location.apiBaseUrl().get())
        .put("web_ui", location.webUi().isEmpty() ? null : location.webUi());
    report.set("components", components);
    report.set("nodes", Census.nodes(core.summary()));
    report.set("jobs", Census.jobs(core.summary()));
    report
        .putObject("shared_storage")
        .put("host_root", location.sharedIfPresent())
        .put("runtime_root", location.sharedIfPresent())
        .put("configured", false);
    return report;
  }

  /**
   * @param summary null when unavailable
   */
  private record Probe(ClusterSummary summary, String error, long nanos) {
    ObjectNode component(String target) {
      ObjectNode component = Json.object().put("name", "core_grpc");
      component.put("status", error == null ? "passing" : "critical").put("target", target);
      component.put("duration_ms", Math.round(nanos / 1e5) / 10.0);
      return error == null
          ? component.put("detail", "system summary ok")
          : component.put("error", error);
    }
  }

  private Probe probe(Duration timeout) {
    long start = System.nanoTime();
    FutureTask<ClusterSummary> asking = new FutureTask<>(cluster::overview);
    Thread thread = Thread.ofVirtual().name("mn.probe").start(asking);
    try {
      ClusterSummary summary = asking.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
      return new Probe(summary, null, System.nanoTime() - start);
    } catch (TimeoutException e) {
      thread.interrupt();
      return new Probe(
          null, "no answer in " + timeout.toMillis() + " ms", System.nanoTime() - start);
    } catch (ExecutionException e) {
      String error =
          e.getCause() instanceof MnException known ? known.getMessage() : "the probe failed";
      return new Probe(null, error, System.nanoTime() - start);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Probe(null, "interrupted", System.nanoTime() - start);
    }
  }

  /** Always passing, as this code runs in the API server. */
  private ObjectNode api() {
    ObjectNode component = Json.object().put("name", "api").put("status", "passing");
    component.put("target", location.apiBaseUrl().get() + "/health").put("duration_ms", 0.0);
    return component.set("detail", Json.MAPPER.valueToTree(probes.health().get()));
  }

  /** A full disk is a warning: running programs and reads continue. */
  private ObjectNode storage() {
    List<String> full = probes.fullDisks().get();
    ObjectNode component = Json.object().put("name", "storage");
    component
        .put("status", full.isEmpty() ? "passing" : "warning")
        .put("target", location.home().toString())
        .put("duration_ms", 0.0);
    return full.isEmpty()
        ? component.put("detail", "there is room for new work")
        : component.put("error", String.join("; ", full));
  }

  private static ObjectNode redis(RedisState state) {
    ObjectNode component = Json.object().put("name", "redis");
    component
        .put(
            "status",
            !state.connected() ? "critical" : state.warning() == null ? "passing" : "warning")
        .put("target", state.target())
        .put("duration_ms", 0.0);
    if (!state.connected()) {
      return component.put("error", "there is no connection to Redis");
    }
    ObjectNode detail = component.putObject("detail").put("version", state.version());
    if (state.warning() != null) {
      detail.put("warning", state.warning());
    }
    if (state.note() != null) {
      detail.put("note", state.note());
    }
    return component;
  }

  private static String overall(ArrayNode components) {
    String worst = "passing";
    for (var component : components) {
      String status = component.path("status").asText();
      if (status.equals("critical")) {
        return status;
      }
      if (status.equals("warning")) {
        worst = status;
      }
    }
    return worst;
  }
}
