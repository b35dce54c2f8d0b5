package io.mirrorneuron.runtime.admission;

import io.mirrorneuron.runtime.cluster.Hardware.Gpu;
import io.mirrorneuron.runtime.workflow.DeviceDemand;
import java.util.List;

/** The parts of a {@code validation.report/v1} about hardware; {@code rest.md} section 2.3. */
final class UnmetRequirement {
  private UnmetRequirement() {}

  record Report(
      String version,
      boolean ok,
      String status,
      int errorCount,
      List<String> errors,
      List<Issue> issues,
      List<Result> results) {}

  record Issue(
      String code,
      String message,
      String help,
      String severity,
      Location location,
      DeviceDemand expected,
      Actual actual) {}

  record Location(String source, String path, String pointer) {}

  record Actual(List<Node> nodes) {}

  record Node(
      String name, String status, boolean schedulingEligible, int gpuCount, List<Device> devices) {}

  record Device(String name, String vendor, String driver, long memoryTotalMb, long memoryFreeMb) {}

  record Result(
      String type,
      String resource,
      boolean ok,
      DeviceDemand requirement,
      List<String> matchingNodes,
      List<String> checkedNodes) {}

  /** That no node has the GPU that the job requires. */
  static Report gpu(
      DeviceDemand demand, String message, String help, String nodeName, List<Gpu> known) {
    List<Device> devices =
        known.stream()
            .map(
                gpu ->
                    new Device(
                        gpu.name(),
                        gpu.software().vendor(),
                        gpu.software().driver(),
                        gpu.totalMegabytes(),
                        gpu.freeMegabytes()))
            .toList();
    Issue issue =
        new Issue(
            "requirements.gpu_node_unavailable",
            message,
            help,
            "error",
            new Location("requirements", "gpu", "/requirements/gpu"),
            demand,
            new Actual(List.of(new Node(nodeName, "healthy", true, devices.size(), devices))));
    return new Report(
        "validation.report/v1",
        false,
        "failed",
        1,
        List.of("gpu: " + message),
        List.of(issue),
        List.of(
            new Result(
                "hardware_requirement", "gpu", false, demand, List.of(), List.of(nodeName))));
  }
}
