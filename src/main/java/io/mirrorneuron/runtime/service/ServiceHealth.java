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
 * How a service is by the checks that were made of it. Immutable: an answer leads to the next one.
 *
 * <p>Without checks a service passes; with checks it is warned of until each was answered well
 * once. A required check that fails as often in a row as its author allows makes it critical; until
 * then it stays as it was. One that is not required only warns.
 *
 * @param checks in the author's order
 */
public record ServiceHealth(List<CheckState> checks) {
  public ServiceHealth {
    checks = List.copyOf(checks);
  }

  /**
   * One check.
   *
   * @param status what it makes of the service
   * @param failures in a row
   * @param last what it found last, or null
   * @param at when that was, in milliseconds since the epoch
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

  /** Of a service of which nothing is known yet. */
  public static ServiceHealth unknown(List<CheckDefinition> checks) {
    return new ServiceHealth(
        checks.stream()
            .map(check -> new CheckState(check, ServiceStatus.WARNING, 0, null, 0))
            .toList());
  }

  /**
   * What follows when a check was made.
   *
   * @param index of the check
   * @param now in milliseconds since the epoch
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

  /** Where each check is made once, so that its first failure counts. */
  public ServiceHealth onceOnly() {
    return unknown(checks.stream().map(state -> state.check.once(state.check.timeout())).toList());
  }

  /** What the first check that fails says; null when none does. */
  public String firstFailure() {
    return checks.stream()
        .filter(state -> state.failures > 0)
        .map(state -> state.check.name() + ": " + state.last.message())
        .findFirst()
        .orElse(null);
  }

  /** When a check was made last, in milliseconds since the epoch; 0 for never. */
  public long lastCheckAt() {
    return checks.stream().mapToLong(CheckState::at).max().orElse(0);
  }

  /** Whether somebody who reads both is told the same, apart from times and counts. */
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

  /** As readers get it. */
  public Health report() {
    return new Health(status().word(), null, checks.stream().map(CheckState::report).toList());
  }
}
