package io.mirrorneuron.runtime.service;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.manifest.graph.ServiceDemands;
import io.mirrorneuron.runtime.manifest.graph.ServiceRequirement;
import io.mirrorneuron.runtime.port.ServiceGate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** Holds programs back until the services that their agents need are passing. Thread-safe. */
public final class ProgramGate implements ServiceGate {
  private final ServiceDirectory directory;
  private final Map<String, ServiceDemands> jobs = new ConcurrentHashMap<>();

  public ProgramGate(ServiceDirectory directory) {
    this.directory = directory;
  }

  /** Registers the demands of a job that is open here. */
  void know(String jobId, ServiceDemands demands) {
    if (!demands.byAgent().isEmpty()) {
      jobs.put(jobId, demands);
    }
  }

  void forget(String jobId) {
    jobs.remove(jobId);
  }

  @Override
  public Optional<String> missing(String jobId, String agentId) {
    ServiceDemands demands = jobs.get(jobId);
    if (demands == null) {
      return Optional.empty();
    }
    try {
      String missing =
          needed(demands, agentId).stream()
              .filter(ServiceRequirement::required)
              .filter(need -> !isThere(need, jobId))
              .map(need -> "no passing instance of " + need.words())
              .collect(Collectors.joining("; "));
      return missing.isEmpty() ? Optional.empty() : Optional.of(missing);
    } catch (MnException e) {
      return Optional.of("the registry of services cannot be read now: " + e.getMessage());
    }
  }

  /** A copy of an agent on a node is called {@code agent@node}. */
  private static List<ServiceRequirement> needed(ServiceDemands demands, String agentId) {
    List<ServiceRequirement> needed = demands.byAgent().get(agentId);
    int at = agentId.indexOf('@');
    if (needed == null && at > 0) {
      needed = demands.byAgent().get(agentId.substring(0, at));
    }
    return needed == null ? List.of() : needed;
  }

  /** A candidate job may use its own services, though they are hidden from other jobs. */
  private boolean isThere(ServiceRequirement need, String jobId) {
    return !directory.resolve(need.name(), ServiceQuery.needed(need, true)).isEmpty()
        || !directory.list(ServiceQuery.own(need, jobId)).isEmpty();
  }
}
