package io.mirrorneuron.launch;

import io.mirrorneuron.port.Validation;

/** Says what launches would be told. */
record Checking(LaunchPorts ports, OpenRuns runs) {

  LaunchCheck of(LaunchOrder order) {
    try (LaunchBundle bundle = ports.sources().find(order)) {
      return new LaunchCheck(
          order.source().word(), bundle.blueprint(), report(order, bundle), bundle.manifest());
    }
  }

  private Validation report(LaunchOrder order, LaunchBundle bundle) {
    Validation configuration = bundle.configuration();
    if (!configuration.ok()) {
      return configuration;
    }
    Validation report = ports.jobs().validate(bundle.submission(runs.id(order, bundle)));
    return LaunchReports.withModels(report, bundle.models(), ports.models());
  }
}
