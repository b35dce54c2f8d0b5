package io.mirrorneuron.runtime.cluster;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.workflow.Allocation;
import io.mirrorneuron.runtime.workflow.Amounts;
import io.mirrorneuron.runtime.workflow.ResourceRequest;
import io.mirrorneuron.wire.Json;
import java.util.List;

/** What of a node its programs have now, and what the limits leave for others. Pure. */
record GivenOut(List<Allocation> given, Amounts usable) {
  /** Of devices and of ports; nobody reads more. */
  private static final int MOST_LISTED = 100;

  void addTo(ObjectNode node) {
    Amounts taken = given.stream().map(Allocation::amounts).reduce(Amounts.NONE, Amounts::plus);
    ObjectNode told = amounts(node.putObject("taken"), taken).put("programs", given.size());
    var devices = told.putArray("devices");
    given.stream()
        .flatMap(one -> one.devices().stream())
        .map(Allocation.Device::id)
        .distinct()
        .limit(MOST_LISTED)
        .forEach(devices::add);
    var ports = told.putArray("ports");
    given.stream()
        .flatMap(one -> one.ports().stream())
        .map(ResourceRequest.Port::number)
        .limit(MOST_LISTED)
        .forEach(ports::add);
    amounts(node.putObject("free"), usable.minus(taken));
  }

  /** Lowered limits may leave less than nothing, which is nothing. */
  private static ObjectNode amounts(ObjectNode object, Amounts amounts) {
    return object
        .put("cpu_cores", Math.max(0, amounts.cpuMillis()) / 1000.0)
        .put("memory_mb", Math.max(0, amounts.memoryMb()))
        .put("disk_mb", Math.max(0, amounts.diskMb()));
  }
}
