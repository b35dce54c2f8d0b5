package io.mirrorneuron.models;

import io.mirrorneuron.port.ClusterPort;
import io.mirrorneuron.wire.LenientJson;
import java.util.List;
import java.util.Objects;

/**
 * Facts about the node that runs models.
 *
 * @param name {@code local} when unnamed
 * @param os null if unknown
 * @param memoryMb 0 if unknown
 */
record NodeFacts(String name, String os, long memoryMb, List<Card> cards) {
  private static final double MB_PER_GB = 1024;

  /**
   * A graphics card.
   *
   * @param memoryMb 0 if unknown
   */
  record Card(String vendor, String driver, long memoryMb) {}

  private record Report(List<Node> nodes, Totals combined) {}

  private record Node(
      String name, boolean self, double memoryTotalGb, Platform platform, List<Device> devices) {}

  /** Of all nodes, for a runtime that tells of its only one no other way. */
  private record Totals(double memoryTotalGb, double memoryGb) {
    double gigabytes() {
      return memoryTotalGb > 0 ? memoryTotalGb : memoryGb;
    }
  }

  private record Platform(String family, String os) {}

  private record Device(String vendor, String driver, long memoryTotalMb) {}

  /** Asks a runtime about itself: the node that says so, else the first with a name. */
  static NodeFacts of(ClusterPort cluster) {
    Report report = LenientJson.read(cluster.resource().json(), Report.class);
    return report.nodes().stream()
        .filter(Node::self)
        .findFirst()
        .or(() -> report.nodes().stream().filter(node -> node.name() != null).findFirst())
        .map(node -> read(node, report))
        .orElse(new NodeFacts("local", null, 0, List.of()));
  }

  private static NodeFacts read(Node node, Report report) {
    boolean isAlone = report.nodes().size() == 1 && report.combined() != null;
    double reported = node.memoryTotalGb();
    double gigabytes = reported > 0 || !isAlone ? reported : report.combined().gigabytes();
    Platform platform = node.platform() == null ? new Platform(null, null) : node.platform();
    return new NodeFacts(
        Objects.requireNonNullElse(node.name(), "local"),
        platform.os() == null ? platform.family() : platform.os(),
        Math.round(gigabytes * MB_PER_GB),
        node.devices().stream()
            .map(
                one ->
                    new Card(
                        Objects.requireNonNullElse(one.vendor(), ""),
                        Objects.requireNonNullElse(one.driver(), ""),
                        one.memoryTotalMb()))
            .toList());
  }
}
