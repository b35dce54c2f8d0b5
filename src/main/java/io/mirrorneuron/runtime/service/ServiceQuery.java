package io.mirrorneuron.runtime.service;

import io.mirrorneuron.port.node.ServicesPort.RegisteredService;
import io.mirrorneuron.port.node.ServicesPort.ServiceFilter;
import io.mirrorneuron.runtime.manifest.graph.ServiceRequirement;

/**
 * A filter as a predicate.
 *
 * @param passingOnly default of the filter
 */
record ServiceQuery(ServiceFilter filter, boolean passingOnly) {
  private static final String PRIMARY = "primary";

  /** Instances that serve a requirement. */
  static ServiceFilter needed(ServiceRequirement need, boolean passingOnly) {
    return new ServiceFilter(null, need.node(), null, null, null, need.tags(), passingOnly, null);
  }

  /** A job's own instances that serve its requirement, whatever its role. */
  static ServiceFilter own(ServiceRequirement need, String jobId) {
    return new ServiceFilter(need.name(), need.node(), jobId, null, null, need.tags(), true, null);
  }

  boolean takes(RegisteredService its) {
    return is(filter.name(), its.name())
        && is(filter.node(), its.node())
        && is(filter.jobId(), its.jobId())
        && is(filter.agentId(), its.agentId())
        && is(filter.status(), its.status())
        && is(filter.deploymentRole(), its.deploymentRole())
        && its.tags().containsAll(filter.tags())
        && (!mustPass() || its.passes());
  }

  private boolean mustPass() {
    return filter.passingOnly() == null ? passingOnly : filter.passingOnly();
  }

  /** Without a requested role, instances on trial and replaced ones are excluded. */
  boolean takesRole(RegisteredService its) {
    String role = its.deploymentRole();
    boolean isAsked = filter.deploymentRole() != null && !filter.deploymentRole().isBlank();
    return isAsked || role == null || role.equals(PRIMARY);
  }

  private static boolean is(String wanted, String its) {
    return wanted == null || wanted.isBlank() || wanted.equals(its);
  }
}
