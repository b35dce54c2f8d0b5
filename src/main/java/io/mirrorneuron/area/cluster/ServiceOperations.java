package io.mirrorneuron.area.cluster;

import io.mirrorneuron.bundle.NeededServices;
import io.mirrorneuron.bus.ApiCall;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.node.ServiceFilter;
import io.mirrorneuron.port.node.ServiceReport;
import io.mirrorneuron.port.node.ServicesPort;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LenientJson;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** The operations about services that jobs offer. */
record ServiceOperations(ServicesPort services) {

  /** What is to be checked: requirements, or else those of a manifest. */
  private record Wanted(Object services, Map<String, Object> manifest) {}

  void addTo(BiConsumer<String, Function<ApiCall, Object>> on) {
    on.accept("listServices", call -> services.list(filter(call)));
    on.accept("resolveService", call -> services.resolve(call.text("service_name"), filter(call)));
    on.accept("checkServices", this::check);
    on.accept("checkServicesByPath", this::check);
  }

  private static ServiceFilter filter(ApiCall call) {
    return new ServiceFilter(
        call.text("name"),
        call.text("node"),
        call.text("job_id"),
        call.text("agent_id"),
        call.text("status"),
        call.texts("tag"),
        call.flag("passing_only"),
        call.text("deployment_role"));
  }

  private ServiceReport check(ApiCall call) {
    Wanted wanted = LenientJson.read(call.body(), Wanted.class);
    if (wanted.services != null) {
      return services.check(Json.write(wanted.services));
    }
    if (wanted.manifest.isEmpty()) {
      throw MnException.invalid("say which services, or which manifest that needs some");
    }
    return services.check(NeededServices.of(Json.write(wanted.manifest)));
  }
}
