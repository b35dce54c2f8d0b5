package io.mirrorneuron.runtime.service;

import io.mirrorneuron.runtime.manifest.graph.CheckDefinition;
import io.mirrorneuron.runtime.manifest.graph.ServiceDefinition;
import java.nio.file.Path;
import java.util.Set;

/**
 * What is checked.
 *
 * @param service with its templates filled in
 * @param declared ports of this machine that may be asked
 * @param folder of the files of its bundle, which scripts run in; null when it has none
 */
public record CheckTarget(ServiceDefinition service, Set<Integer> declared, Path folder) {
  public CheckTarget {
    declared = Set.copyOf(declared);
  }

  String address(CheckDefinition check) {
    return check.address() == null ? service.address() : check.address();
  }

  /** 0 when there is none. */
  int port(CheckDefinition check) {
    return check.port() == null ? service.portNumber() : ServiceDefinition.number(check.port());
  }
}
