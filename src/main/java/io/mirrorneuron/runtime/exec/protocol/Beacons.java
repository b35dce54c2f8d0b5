package io.mirrorneuron.runtime.exec.protocol;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.exec.workspace.ExecutorSettings;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.Executions.Listener;
import io.mirrorneuron.runtime.port.Executions.Signal;
import io.mirrorneuron.wire.Json;
import java.time.Clock;
import java.time.Instant;

/**
 * Signs of life of one execution, {@code mn.agent.beacon.v1}: those the program prints, and, where
 * the manifest enables it, the runner's own. Used by one thread.
 */
public final class Beacons {
  private final Execution execution;
  private final ExecutorSettings.Beacons settings;
  private final Listener listener;
  private final Clock clock;
  private final Instant startedAt;
  private Instant lastWorkerBeacon;
  private int sequence;

  public Beacons(
      Execution execution, ExecutorSettings.Beacons settings, Listener listener, Clock clock) {
    this.execution = execution;
    this.settings = settings;
    this.listener = listener;
    this.clock = clock;
    this.startedAt = clock.instant();
  }

  /** Hands on what the program printed, with the members it left out. */
  public void relay(ObjectNode printed) {
    lastWorkerBeacon = clock.instant();
    ObjectNode payload = facts("worker");
    payload.setAll(printed);
    listener.signal(new Signal.Beacon(payload));
  }

  /** The runner's own word; silent unless the manifest enables it. */
  public void report(String status) {
    if (settings.enabled()) {
      listener.signal(
          new Signal.Beacon(facts("runner").put("status", status).put("sequence", sequence++)));
    }
  }

  private ObjectNode facts(String source) {
    Instant now = clock.instant();
    ObjectNode facts =
        Json.object()
            .put("schema", "mn.agent.beacon.v1")
            .put("job_id", execution.jobId())
            .put("agent_id", execution.agentId())
            .put("step", execution.stepId())
            .put("attempt", execution.attempt())
            .put("source", source)
            .put("interval_ms", settings.interval().toMillis())
            .put("timeout_ms", settings.timeout().toMillis())
            .put("elapsed_ms", now.toEpochMilli() - startedAt.toEpochMilli());
    if (lastWorkerBeacon != null) {
      facts.put("ms_since_last_agent_beacon", now.toEpochMilli() - lastWorkerBeacon.toEpochMilli());
    }
    return facts.put("emitted_at", Json.timestamp(now));
  }
}
