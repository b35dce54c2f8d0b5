package io.mirrorneuron.runtime.service;

import io.mirrorneuron.port.service.ServiceFilter;
import io.mirrorneuron.port.service.ServiceReport;
import io.mirrorneuron.port.service.ServicesPort;
import io.mirrorneuron.runtime.manifest.service.ServiceRequirement;

/** The services that the nodes of this store have registered. */
public final class LocalServices implements ServicesPort {
  private final ServiceDirectory directory;
  private final ServiceRequirements requirements;

  public LocalServices(ServiceDirectory directory, ServiceRequirements requirements) {
    this.directory = directory;
    this.requirements = requirements;
  }

  @Override
  public Registered list(ServiceFilter filter) {
    return new Registered(directory.list(filter));
  }

  @Override
  public Resolved resolve(String name, ServiceFilter filter) {
    return Resolved.of(directory.resolve(name, filter));
  }

  @Override
  public ServiceReport check(String wanted) {
    return requirements.report(ServiceRequirement.read(wanted));
  }
}
