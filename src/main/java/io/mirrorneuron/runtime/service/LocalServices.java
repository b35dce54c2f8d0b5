package io.mirrorneuron.runtime.service;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.node.ServicesPort;
import io.mirrorneuron.port.node.ServicesPort.ServiceFilter;
import io.mirrorneuron.port.node.ServicesPort.ServiceReport;
import io.mirrorneuron.runtime.manifest.graph.ServiceRequirement;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;

/** The services registered by the nodes of this store. */
public final class LocalServices implements ServicesPort {
  private final ServiceDirectory directory;
  private final ServiceRequirements requirements;

  public LocalServices(ServiceDirectory directory, ServiceRequirements requirements) {
    this.directory = directory;
    this.requirements = requirements;
  }

  @Override
  public Registered list(ServiceFilter filter) {
    requireKnown(filter.status());
    return new Registered(directory.list(filter));
  }

  @Override
  public Resolved resolve(String name, ServiceFilter filter) {
    if (name == null || name.isBlank()) {
      throw MnException.invalid("name is required: which service is to be resolved");
    }
    requireKnown(filter.status());
    return Resolved.of(directory.resolve(name, filter));
  }

  /** An unknown status is an error of the caller. */
  private static void requireKnown(String status) {
    if (status != null && !status.isBlank() && !ServiceStatus.words().contains(status)) {
      throw MnException.invalid(
          "status must be one of %s, not \"%s\""
              .formatted(String.join(", ", ServiceStatus.words()), ManifestValue.shown(status)));
    }
  }

  @Override
  public ServiceReport check(String wanted) {
    return requirements.report(ServiceRequirement.read(wanted));
  }
}
