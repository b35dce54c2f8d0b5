package io.mirrorneuron.runtime.service;

import io.mirrorneuron.runtime.manifest.graph.CheckDefinition;
import io.mirrorneuron.runtime.manifest.graph.ServiceDefinition;
import io.mirrorneuron.runtime.manifest.graph.ServiceDemands;
import io.mirrorneuron.runtime.service.Prober.AddressRefused;
import io.mirrorneuron.runtime.service.Prober.CheckTarget;
import io.mirrorneuron.runtime.workflow.Workflow;
import java.net.URI;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Finds the checks of a manifest that can never pass on this server, as far as known without a
 * connection: names are not resolved, and templates are judged when filled in. Thread-safe.
 *
 * @param runsScripts whether programs may check services
 */
public record CheckObstacles(AddressGuard guard, boolean runsScripts) {

  /** A sentence for each. */
  public List<String> of(Workflow workflow) {
    ServiceDemands demands = ServiceDemands.of(workflow);
    Set<Integer> declared = new HashSet<>(demands.ports());
    declared.remove(0);
    return demands.offered().stream().flatMap(service -> of(service, declared)).distinct().toList();
  }

  private Stream<String> of(ServiceDefinition service, Set<Integer> declared) {
    CheckTarget target = new CheckTarget(service, declared, null);
    return service.checks().stream()
        .flatMap(
            check ->
                why(check, target).stream()
                    .map(
                        why ->
                            "check %s of service %s can never pass on this server: %s"
                                .formatted(check.name(), service.name(), why)));
  }

  private Optional<String> why(CheckDefinition check, CheckTarget target) {
    if (check.type() == CheckDefinition.Type.SCRIPT) {
      return runsScripts ? Optional.empty() : Optional.of(Prober.NO_SCRIPTS);
    }
    if (hasTemplates(check, target.service())) {
      return Optional.empty();
    }
    try {
      if (check.type() == CheckDefinition.Type.HTTP) {
        URI uri = HttpProbe.uri(check, target);
        guard.requireAllowed(uri.getHost(), HttpProbe.port(uri), target.declared());
      } else {
        guard.requireAllowed(target.address(check), target.port(check), target.declared());
      }
      return Optional.empty();
    } catch (AddressRefused e) {
      return Optional.of(e.getMessage());
    }
  }

  private static boolean hasTemplates(CheckDefinition check, ServiceDefinition service) {
    Stream<String> ofHttp =
        check.http() == null ? Stream.empty() : Stream.of(check.http().url(), check.http().path());
    return Stream.concat(
            ofHttp,
            Stream.of(
                check.address(), check.port(), service.address(), service.port(), service.url()))
        .filter(Objects::nonNull)
        .anyMatch(text -> text.contains("${"));
  }
}
