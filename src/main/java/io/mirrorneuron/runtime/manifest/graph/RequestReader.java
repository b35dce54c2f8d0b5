package io.mirrorneuron.runtime.manifest.graph;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.workflow.Amounts;
import io.mirrorneuron.runtime.workflow.ResourceRequest;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Port;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Volume;
import io.mirrorneuron.wire.LenientJson;
import java.util.List;
import java.util.Locale;

/** Reads the {@code resources} of a node that {@link ResourceChecks} accepts. */
final class RequestReader {
  private RequestReader() {}

  static ResourceRequest of(ObjectNode resources) {
    if (resources.isEmpty()) {
      return ResourceRequest.NONE;
    }
    Written written = LenientJson.read(resources, Written.class);
    return new ResourceRequest(
        written.amounts(),
        DeviceDemandReader.devices(resources),
        written.ports.stream().map(WrittenPort::request).toList(),
        written.volumes.stream().map(WrittenVolume::request).toList(),
        written.runtimeDriver);
  }

  /** {@code cpu} counts thousandths of a core, as the original does. */
  private record Written(
      double cpu,
      double cpuCores,
      double cores,
      double memory,
      double memoryMb,
      double memoryGb,
      double disk,
      double diskMb,
      double diskGb,
      List<WrittenPort> ports,
      List<WrittenVolume> volumes,
      String runtimeDriver) {

    Amounts amounts() {
      return new Amounts(
          whole(Math.max(cpu, Math.max(cpuCores, cores) * 1000)),
          whole(Math.max(Math.max(memory, memoryMb), memoryGb * 1024)),
          whole(Math.max(Math.max(disk, diskMb), diskGb * 1024)));
    }

    /** Up, but not for what is only the error of a fraction: 0.1 cores are 100 thousandths. */
    private static long whole(double amount) {
      return (long) Math.ceil(amount - 1e-6);
    }
  }

  private record WrittenPort(String label, int port, String protocol) {
    Port request() {
      return new Port(
          label, port, protocol == null ? "tcp" : protocol.strip().toLowerCase(Locale.ROOT));
    }
  }

  private record WrittenVolume(String name, String source, String target, String mode) {
    Volume request() {
      return new Volume(name, source, target, mode == null ? "rw" : mode);
    }
  }
}
