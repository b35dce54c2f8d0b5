package io.mirrorneuron.area.cluster;

import io.mirrorneuron.bus.ApiCall;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.upkeep.NodeCondition;
import io.mirrorneuron.port.upkeep.NodeReport;
import io.mirrorneuron.port.upkeep.NodeUpkeep;
import io.mirrorneuron.wire.LenientJson;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** The operations about which nodes take work. */
record NodeOperations(NodeUpkeep nodes) {

  private record MaintenanceOrder(Boolean enabled, String reason) {}

  void addTo(BiConsumer<String, Function<ApiCall, Object>> on) {
    on.accept("getNode", this::get);
    on.accept("maintainNode", this::maintain);
  }

  private NodeReport get(ApiCall call) {
    NodeReport report = nodes.status(call.text("name"));
    if (report.status() == NodeCondition.UNKNOWN) {
      throw new MnException(
          ErrorCode.NOT_FOUND, "node_not_found", "there is no node " + report.node());
    }
    return report;
  }

  private Object maintain(ApiCall call) {
    MaintenanceOrder order = LenientJson.read(call.body(), MaintenanceOrder.class);
    boolean enabled = order.enabled() == null || order.enabled();
    return nodes.maintain(call.text("name"), enabled, order.reason());
  }
}
