package io.mirrorneuron.runtime.admission;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import io.mirrorneuron.runtime.cluster.Hardware.Gpu;
import io.mirrorneuron.runtime.placement.Placement.Missing;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Amounts;
import io.mirrorneuron.runtime.workflow.StepGraph.Requirement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A requirement of a job that no node meets, in the form of {@code validation.report/v1}; {@code
 * rest.md} section 2.3.
 *
 * @param message for people
 * @param actual the present value on the nodes
 */
record UnmetRequirement(Requirement requirement, String message, Node actual) {
  private static final String ADVICE =
      "Run it where there is such a device, or ask for less in the manifest.";

  /** Empty when this node meets it. */
  static Optional<UnmetRequirement> of(Requirement requirement, LocalMachine here) {
    return requirement.device() == null ? size(requirement, here) : gpu(requirement, here);
  }

  private static Optional<UnmetRequirement> gpu(Requirement requirement, LocalMachine here) {
    long fitting = here.devices().stream().filter(one -> one.meets(requirement.device())).count();
    if (fitting >= requirement.device().minCount()) {
      return Optional.empty();
    }
    List<Device> reported = here.gpus().whenKnown().stream().map(Device::of).toList();
    Node node = new Node(here.name(), "healthy", true, reported.size(), reported, null, null);
    String problems =
        here.deviceProblems().stream().map(one -> "; " + one).collect(Collectors.joining());
    String message = "no node has " + requirement.words() + problems;
    return Optional.of(new UnmetRequirement(requirement, message, node));
  }

  private static Optional<UnmetRequirement> size(Requirement requirement, LocalMachine here) {
    Amounts totals = here.totals();
    String resource = requirement.resource();
    long has =
        switch (resource) {
          case "cpu" -> totals.cpuMillis();
          case "memory" -> totals.memoryMb();
          default -> here.freeDiskMb();
        };
    if (has >= requirement.least()) {
      return Optional.empty();
    }
    boolean isCpu = resource.equals("cpu");
    Node node =
        new Node(
            here.name(),
            "healthy",
            true,
            null,
            null,
            isCpu ? Double.valueOf(has / 1000.0) : null,
            isCpu ? null : Long.valueOf(has));
    String there = isCpu ? Amounts.cores(has) : "%d MB".formatted(has);
    String message =
        "no node has %s: the most that there is %s is %s"
            .formatted(requirement.words(), resource.equals("disk") ? "free" : "in all", there);
    return Optional.of(new UnmetRequirement(requirement, message, node));
  }

  private String help() {
    return requirement.device() == null ? Missing.LESS : ADVICE;
  }

  /** One sentence about all of them, for people. */
  static String sentence(List<UnmetRequirement> unmet) {
    String help = unmet.getFirst().help();
    return unmet.stream().map(UnmetRequirement::message).collect(Collectors.joining("; "))
        + ". "
        + help;
  }

  static Report report(List<UnmetRequirement> unmet) {
    return new Report(
        "validation.report/v1",
        false,
        "failed",
        unmet.size(),
        unmet.stream().map(one -> one.requirement.resource() + ": " + one.message).toList(),
        unmet.stream().map(UnmetRequirement::issue).toList(),
        unmet.stream().map(UnmetRequirement::result).toList());
  }

  private Issue issue() {
    String resource = requirement.resource();
    return new Issue(
        "requirements." + resource + "_node_unavailable",
        message,
        help(),
        "error",
        new Location("requirements", resource, "/requirements/" + resource),
        expected(),
        new Actual(List.of(actual)));
  }

  /** As named in the manifest. */
  private Object expected() {
    if (requirement.device() != null) {
      return requirement.device();
    }
    Map<String, Object> expected = new LinkedHashMap<>();
    expected.put("resource", requirement.resource());
    if (requirement.resource().equals("cpu")) {
      expected.put("min_cores", requirement.least() / 1000.0);
    } else {
      expected.put("min_mb", requirement.least());
    }
    return expected;
  }

  private Result result() {
    return new Result(
        "hardware_requirement",
        requirement.resource(),
        false,
        expected(),
        List.of(),
        List.of(actual));
  }

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
      Object expected,
      Actual actual) {}

  record Location(String source, String path, String pointer) {}

  record Actual(List<Node> nodes) {}

  /**
   * Only the members that the requirement is about.
   *
   * @param availableMb total memory, or free disk space
   */
  @JsonInclude(Include.NON_NULL)
  record Node(
      String name,
      String status,
      boolean schedulingEligible,
      Integer gpuCount,
      List<Device> devices,
      Double cpuCores,
      Long availableMb) {}

  record Device(String name, String vendor, String driver, long memoryTotalMb, long memoryFreeMb) {
    static Device of(Gpu gpu) {
      return new Device(
          gpu.name(),
          gpu.software().vendor(),
          gpu.software().driver(),
          gpu.totalMegabytes(),
          gpu.freeMegabytes());
    }
  }

  record Result(
      String type,
      String resource,
      boolean ok,
      Object requirement,
      List<Node> matchingNodes,
      List<Node> checkedNodes) {}
}
