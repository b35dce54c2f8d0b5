package io.mirrorneuron.runtime.service;

import io.mirrorneuron.port.node.ServicesPort.RegisteredService.CheckReport;
import io.mirrorneuron.port.node.ServicesPort.RegisteredService.Health;
import io.mirrorneuron.runtime.manifest.graph.CheckDefinition;
import io.mirrorneuron.runtime.service.Prober.ProbeResult;
import io.mirrorneuron.wire.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Health of a service from its checks. Immutable.
 *
 * <p>Without checks a service is passing; with checks it is warning until each has succeeded once.
 * A required check that fails the allowed number of times in a row makes it critical; until then
 * the status stays. Other checks only warn.
 *
 * @param checks in the author's order
 */
public record ServiceHealth(List<CheckState> checks) {
  public ServiceHealth {
    checks = List.copyOf(checks);
  }

  /**
   * @param status that it gives the service
   * @param failures in a row
   * @param last result, or null
   * @param at time of that, milliseconds since the epoch
   */
  record CheckState(
      CheckDefinition check, ServiceStatus status, int failures, ProbeResult last, long at) {

    CheckState after(ProbeResult result, long now) {
      int failed = result.ok() ? 0 : failures + 1;
      return new CheckState(check, next(failed), failed, result, now);
    }

    private ServiceStatus next(int failed) {
      if (failed == 0) {
        return ServiceStatus.PASSING;
      }
      return failed >= check.failuresBeforeCritical() ? worst() : status;
    }

    private ServiceStatus worst() {
      return check.required() ? ServiceStatus.CRITICAL : ServiceStatus.WARNING;
    }

    /** Whether it fails, but not often enough yet to count. */
    boolean isTransient() {
      return failures > 0 && failures < check.failuresBeforeCritical();
    }

    private String message() {
      return last == null ? null : last.message();
    }

    private CheckReport report() {
      return new CheckReport(
          check.name(),
          check.type().word(),
          status.word(),
          check.required(),
          failures,
          message(),
          last == null ? null : last.durationMs(),
          last == null ? null : Json.timestamp(Instant.ofEpochMilli(at)),
          isTransient() ? worst().word() : null,
          isTransient());
    }
  }

  public static ServiceHealth unknown(List<CheckDefinition> checks) {
    return new ServiceHealth(
        checks.stream()
            .map(check -> new CheckState(check, ServiceStatus.WARNING, 0, null, 0))
            .toList());
  }

  /**
   * The health after a check.
   *
   * @param now milliseconds since the epoch
   */
  public ServiceHealth after(int index, ProbeResult result, long now) {
    List<CheckState> next = new ArrayList<>(checks);
    next.set(index, checks.get(index).after(result, now));
    return new ServiceHealth(next);
  }

  public ServiceStatus status() {
    return checks.stream()
        .map(CheckState::status)
        .reduce(ServiceStatus.PASSING, ServiceStatus::orWorse);
  }

  /** Each check runs once, so that its first failure counts. */
  public ServiceHealth onceOnly() {
    return unknown(checks.stream().map(state -> state.check.once(state.check.timeout())).toList());
  }

  /** Message of the first failing check; null for none. */
  public String firstFailure() {
    return checks.stream()
        .filter(state -> state.failures > 0)
        .map(state -> state.check.name() + ": " + state.last.message())
        .findFirst()
        .orElse(null);
  }

  /** Time of the last check, milliseconds since the epoch; 0 for never. */
  public long lastCheckAt() {
    return checks.stream().mapToLong(CheckState::at).max().orElse(0);
  }

  /** Whether both reports are equal, apart from times and counts. */
  public boolean isLike(ServiceHealth other) {
    for (int i = 0; i < checks.size(); i++) {
      CheckState mine = checks.get(i);
      CheckState its = other.checks.get(i);
      if (mine.status != its.status
          || mine.isTransient() != its.isTransient()
          || !Objects.equals(mine.message(), its.message())) {
        return false;
      }
    }
    return true;
  }

  public Health report() {
    return new Health(status().word(), null, checks.stream().map(CheckState::report).toList());
  }
}
