package io.mirrorneuron.runtime.manifest.graph;

import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.runtime.manifest.reading.Members;
import java.util.stream.Stream;

/** Tells unknown members of services, and of their checks; {@code runtime.md} section 5.4. */
final class ServiceChecks {
  private static final Members SERVICE =
      Members.closed("name", "id", "address", "host", "port", "url", "meta", "provider", "origin")
          .with(null, "checks", "required", "node", "agent_id", "job_id", "protocol", "scheme");
  private static final Members CHECK =
      Members.closed("name", "type", "timeout_ms", "interval_ms", "required", "url", "scheme")
          .with(null, "failures_before_critical", "address", "host", "port", "path", "method")
          .with(null, "expected_status", "contains", "headers", "body", "script", "command")
          .with(null, "args", "service");

  private ServiceChecks() {}

  /**
   * @param services a list, or one of them; what has another form is told elsewhere
   */
  static void members(ManifestValue services) {
    Stream<ManifestValue> each =
        services.value().has("name") ? Stream.of(services) : services.items().stream();
    each.forEach(
        service -> {
          service.checkMembers(SERVICE);
          service.at("checks").items().forEach(check -> check.checkMembers(CHECK));
        });
  }
}
