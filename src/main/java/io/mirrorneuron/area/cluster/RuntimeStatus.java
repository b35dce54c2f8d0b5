package io.mirrorneuron.area.cluster;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.ClusterPort;
import io.mirrorneuron.port.ClusterSummary;
import io.mirrorneuron.store.RedisState;
import io.mirrorneuron.wire.Json;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** Probes the parts and reports; a part that is down is reported, never raised. */
final class RuntimeStatus {
  private final ClusterPort cluster;
  private final ServerLocation location;
  private final Supplier<RedisState> redis;
  private final Clock clock;

  /**
   * @param redis null when the runtime is elsewhere, as is its Redis
   */
  RuntimeStatus(
      ClusterPort cluster, ServerLocation location, Supplier<RedisState> redis, Clock clock) {
    this.cluster = cluster;
    this.location = location;
    this.redis = redis;
    this.clock = clock;
  }

  ObjectNode report(Duration timeout) {
    Probe core = probe(timeout);
    ArrayNode components = Json.MAPPER.createArrayNode();
    components.add(core.component(location.coreTarget()));
    components.add(api());
    components.add(webUi());
    if (redis != null) {
      components.add(redis(redis.get()));
    }

    ObjectNode report = Json.object();
    report.put("overall", overall(components)).put("checked_at", Json.timestamp(clock.instant()));
    report
        .putObject("runtime")
        .put("mode", location.mode())
        .put("mn_home", location.mnHome())
        .put("compose_env", home("docker-compose.env"))
        .put("endpoints_file", home("runtime-endpoints.json"));
    report
        .putObject("endpoints")
        .put("core_grpc", location.coreTarget())
        .put("api", location.apiBaseUrl())
        .put("web_ui", location.webUiUrl());
    report.set("components", components);
    report.set("nodes", Census.nodes(core.summary()));
    report.set("jobs", Census.jobs(core.summary()));
    report
        .putObject("shared_storage")
        .put("host_root", location.sharedHostRoot())
        .put("runtime_root", location.sharedRuntimeRoot())
        .put("configured", location.sharedStorageConfigured());
    return report;
  }

  /**
   * @param summary null when it could not be had
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
    FutureTask<ClusterSummary> asking = new FutureTask<>(cluster::summary);
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

  /** That this runs is the proof. */
  private ObjectNode api() {
    ObjectNode component = Json.object().put("name", "api").put("status", "passing");
    component.put("target", location.apiBaseUrl() + "/health").put("duration_ms", 0.0);
    component.putObject("detail").put("status", "ok");
    return component;
  }

  private ObjectNode webUi() {
    ObjectNode component = Json.object().put("name", "web_ui");
    component.put("status", "warning").put("target", location.webUiUrl()).put("duration_ms", 0.0);
    return component.put(
        "detail",
        location.webUiUrl() == null
            ? "web ui endpoint is not advertised"
            : "web ui endpoint is not probed");
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

  private String home(String file) {
    return Path.of(location.mnHome()).resolve(file).toString();
  }
}
