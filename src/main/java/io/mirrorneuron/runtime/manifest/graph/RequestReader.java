package io.mirrorneuron.runtime.manifest.graph;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.manifest.reading.Findings;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.runtime.workflow.ResourceRequest;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Amounts;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Port;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Volume;
import io.mirrorneuron.wire.LenientJson;
import java.util.List;
import java.util.Locale;

/** Reads the {@code resources} of a node that {@link ResourceChecks} accepts. */
final class RequestReader {
  /** {@code cpu} counts thousandths of a core, as the original does. */
  private static final Measure CPU =
      Measure.of(Measure.Kind.CORES).with(1000, "cpu_cores", "cores").with(1, "cpu");

  private static final Measure MEMORY =
      Measure.of(Measure.Kind.MEGABYTES).with(1, "memory_mb", "memory").with(1024, "memory_gb");
  private static final Measure DISK =
      Measure.of(Measure.Kind.MEGABYTES).with(1, "disk_mb", "disk").with(1024, "disk_gb");

  /** Members for divisible resources. */
  static final String[] AMOUNTS = {
    "cpu_cores", "cores", "cpu",
    "memory_mb", "memory", "memory_gb",
    "disk_mb", "disk", "disk_gb"
  };

  private RequestReader() {}

  static ResourceRequest of(ObjectNode resources) {
    if (resources.isEmpty()) {
      return ResourceRequest.NONE;
    }
    Written written = LenientJson.read(resources, Written.class);
    return new ResourceRequest(
        amounts(ManifestValue.root(resources, new Findings(false))),
        DeviceDemandReader.devices(resources),
        written.ports.stream().map(WrittenPort::request).toList(),
        written.volumes.stream().map(WrittenVolume::request).toList(),
        written.runtimeDriver);
  }

  /** Reports errors in them. */
  static Amounts amounts(ManifestValue resources) {
    return new Amounts(CPU.read(resources), MEMORY.read(resources), DISK.read(resources));
  }

  private record Written(
      List<WrittenPort> ports, List<WrittenVolume> volumes, String runtimeDriver) {}

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
