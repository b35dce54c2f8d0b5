package io.mirrorneuron.area.cluster;

import io.mirrorneuron.bus.ApiCall;
import io.mirrorneuron.bus.MisspeltMembers;
import io.mirrorneuron.port.node.DrainOrder;
import io.mirrorneuron.port.node.NodeReport;
import io.mirrorneuron.port.node.NodeUpkeep;
import io.mirrorneuron.wire.LenientJson;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** The operations about which nodes take work. */
record NodeOperations(NodeUpkeep nodes) {

  private record MaintenanceOrder(Boolean enabled, String reason) {}

  private record DrainBody(
      String reason, Long deadlineMs, boolean dryRun, Boolean ignoreSystemJobs) {}

  private record EndOfDrain(String reason, boolean markEligible) {}

  private record ReconcileOrder(String reason, boolean dryRun) {}

  void addTo(BiConsumer<String, Function<ApiCall, Object>> on) {
    on.accept("getNode", this::get);
    on.accept("maintainNode", this::maintain);
    on.accept("drainNode", this::drain);
    on.accept("undrainNode", this::undrain);
    on.accept("reconcileNode", this::reconcile);
  }

  private NodeReport get(ApiCall call) {
    return nodes.status(call.text("name")).orNotFound();
  }

  private Object maintain(ApiCall call) {
    MisspeltMembers.refuseOthers(call, Set.of("enabled", "reason"));
    MaintenanceOrder order = LenientJson.read(call.body(), MaintenanceOrder.class);
    boolean enabled = order.enabled() == null || order.enabled();
    return nodes.maintain(call.text("name"), enabled, order.reason());
  }

  private Object drain(ApiCall call) {
    MisspeltMembers.refuseOthers(
        call, Set.of("reason", "deadline_ms", "dry_run", "ignore_system_jobs"));
    DrainBody body = LenientJson.read(call.body(), DrainBody.class);
    return nodes.drain(
        new DrainOrder(
            call.text("name"),
            body.reason(),
            body.deadlineMs() == null ? 0 : body.deadlineMs(),
            body.dryRun(),
            body.ignoreSystemJobs() == null || body.ignoreSystemJobs()));
  }

  private Object undrain(ApiCall call) {
    MisspeltMembers.refuseOthers(call, Set.of("reason", "mark_eligible"));
    EndOfDrain body = LenientJson.read(call.body(), EndOfDrain.class);
    return nodes.undrain(call.text("name"), body.reason(), body.markEligible());
  }

  private Object reconcile(ApiCall call) {
    MisspeltMembers.refuseOthers(call, Set.of("reason", "dry_run"));
    ReconcileOrder body = LenientJson.read(call.body(), ReconcileOrder.class);
    return nodes.reconcile(call.text("name"), body.reason(), body.dryRun());
  }
}
