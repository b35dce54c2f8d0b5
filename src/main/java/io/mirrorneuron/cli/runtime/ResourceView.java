package io.mirrorneuron.cli.runtime;

import com.fasterxml.jackson.core.type.TypeReference;
import io.mirrorneuron.cli.EitherClient;
import io.mirrorneuron.cli.ExitCode;
import io.mirrorneuron.cli.Output;
import io.mirrorneuron.cli.RestAnswer;
import io.mirrorneuron.wire.Json;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Prints what the nodes have. */
record ResourceView(EitherClient client) {
  private static final List<String> HEADERS =
      List.of("Node", "Cores", "Memory free", "Disk free", "GPUs");

  private static final List<String> LIMITS = List.of("Resource", "Limit", "Usable", "Of");

  private static final List<String> HOLDERS =
      List.of("Job", "Agent", "Slots", "Cores", "Memory", "Devices", "Ports", "Disk");

  private record Report(List<Node> nodes) {}

  /** What the operator says of a node, and what its tools do not tell; a node may tell neither. */
  private record Notes(
      String name, Map<String, String> meta, List<String> capabilities, List<String> problems) {
    List<String> lines() {
      List<String> words = new ArrayList<>();
      if (meta != null) {
        new TreeMap<>(meta).forEach((label, value) -> words.add(label + "=" + value));
      }
      words.addAll(capabilities == null ? List.of() : capabilities);
      List<String> lines = new ArrayList<>();
      if (!words.isEmpty()) {
        lines.add("%s is marked %s".formatted(name, String.join(", ", words)));
      }
      if (problems != null) {
        problems.forEach(problem -> lines.add(name + ": " + problem));
      }
      return lines;
    }
  }

  private record Told(List<Notes> nodes) {}

  /**
   * @param holders null of nodes that do not tell them
   */
  private record Taken(
      double cpuCores, long memoryMb, long diskMb, List<Holder> holders, int holdersOmitted) {}

  private record Holder(
      String jobId,
      String agentId,
      String pool,
      int slots,
      double cpuCores,
      long memoryMb,
      long diskMb,
      List<String> devices,
      List<Integer> ports) {
    List<String> row() {
      return List.of(
          jobId,
          agentId,
          slots + " of " + pool,
          cpuCores == 0 ? "" : number(cpuCores),
          memoryMb == 0 ? "" : memoryMb + " MB",
          String.join(", ", devices),
          ports.stream().map(Object::toString).collect(Collectors.joining(", ")),
          diskMb == 0 ? "" : diskMb + " MB");
    }
  }

  private record Slots(int capacity, int inUse, int queued) {
    String words(String pool) {
      return "%d of %d slots of %s%s"
          .formatted(inUse, capacity, pool, queued == 0 ? "" : " (%d wait)".formatted(queued));
    }
  }

  /** What programs have of a node; others than this server's may not tell. */
  private record InUse(String name, Taken taken, Map<String, Slots> executorPools) {
    Stream<String> line() {
      if (taken == null) {
        return Stream.empty();
      }
      List<String> words = new ArrayList<>();
      words.add(number(taken.cpuCores) + " cores");
      words.add(taken.memoryMb + " MB");
      words.add(taken.diskMb + " MB of disk");
      executorPools.forEach((pool, slots) -> words.add(slots.words(pool)));
      return Stream.of("programs on %s have %s".formatted(name, String.join(", ", words)));
    }
  }

  private record Used(List<InUse> nodes) {
    List<Taken> taken() {
      return nodes.stream()
          .map(InUse::taken)
          .filter(one -> one != null && one.holders() != null)
          .toList();
    }
  }

  private record Node(
      String name,
      int cpuCores,
      double memoryGb,
      double memoryAvailableGb,
      double diskGb,
      double diskAvailableGb,
      List<String> gpu) {
    List<String> row() {
      return List.of(
          Objects.toString(name, ""),
          Integer.toString(cpuCores),
          of(memoryAvailableGb, memoryGb),
          of(diskAvailableGb, diskGb),
          gpu.isEmpty() ? "none" : named(gpu));
    }

    private static String of(double part, double whole) {
      return String.format(Locale.ROOT, "%.1f of %.1f GB", part, whole);
    }

    /** {@code 8 x NVIDIA H100 80GB HBM3}. */
    private static String named(List<String> gpus) {
      return gpus.stream()
          .collect(Collectors.groupingBy(name -> name, TreeMap::new, Collectors.counting()))
          .entrySet()
          .stream()
          .map(gpu -> gpu.getValue() == 1 ? gpu.getKey() : gpu.getValue() + " x " + gpu.getKey())
          .collect(Collectors.joining(", "));
    }
  }

  private record Limits(Percents limits, Totals usable, Totals totals) {}

  private record Percents(int cpu, int gpu, int memory, int disk) {}

  /**
   * @param cpuMillis null of nodes that tell whole cores only
   */
  private record Totals(
      int cpuCores, Integer cpuMillis, int gpuCount, double memoryGb, double diskGb) {
    String cores() {
      boolean isWhole = cpuMillis == null || cpuMillis % 1000 == 0;
      return isWhole
          ? Integer.toString(cpuCores)
          : BigDecimal.valueOf(cpuMillis, 3).stripTrailingZeros().toPlainString();
    }
  }

  int show(RestAnswer answer) {
    if (client.json()) {
      client.output().json(document(answer));
    } else {
      print(answer);
    }
    return ExitCode.OK;
  }

  /** With how to look whether all is well. */
  private Map<String, Object> document(RestAnswer answer) {
    Map<String, Object> document =
        Json.MAPPER.convertValue(answer.json(), new TypeReference<TreeMap<String, Object>>() {});
    document.put("runtime_health_command", "mn runtime health");
    document.computeIfAbsent(
        "native_ports", _ -> List.of(runtimeDoor(client.config().grpc().target())));
    return document;
  }

  /** Who is asked over gRPC tells no port, but this one is known. */
  static Map<String, String> runtimeDoor(String target) {
    int colon = target.lastIndexOf(':');
    Map<String, String> door = new TreeMap<>();
    door.put("name", "core_grpc");
    door.put("label", "gRPC of the runtime");
    door.put("host", target.substring(0, Math.max(0, colon)));
    door.put("port", target.substring(colon + 1));
    door.put("target", target);
    return door;
  }

  private void print(RestAnswer answer) {
    Output output = client.output();
    output.table(HEADERS, answer.as(Report.class).nodes().stream().map(Node::row).toList());
    answer.as(Told.class).nodes().forEach(node -> node.lines().forEach(output::line));
    Used used = answer.as(Used.class);
    used.nodes().stream().flatMap(InUse::line).forEach(output::line);
    used.taken().forEach(this::printHolders);
    Limits told = answer.as(Limits.class);
    if (told.limits() != null && told.usable() != null && told.totals() != null) {
      output.line("");
      output.table(LIMITS, limits(told.limits(), told.usable(), told.totals()));
    }
  }

  private void printHolders(Taken taken) {
    if (!taken.holders().isEmpty()) {
      client.output().line("");
      client.output().table(HOLDERS, taken.holders().stream().map(Holder::row).toList());
    }
    if (taken.holdersOmitted() > 0) {
      client.output().line("and %d more".formatted(taken.holdersOmitted()));
    }
  }

  private static List<List<String>> limits(Percents limits, Totals usable, Totals all) {
    return List.of(
        row("cpu", limits.cpu(), usable.cores(), all.cpuCores() + " cores"),
        row("gpu", limits.gpu(), usable.gpuCount() + "", all.gpuCount() + " cards"),
        row("memory", limits.memory(), number(usable.memoryGb()), number(all.memoryGb()) + " GB"),
        row("disk", limits.disk(), number(usable.diskGb()), number(all.diskGb()) + " GB"));
  }

  private static List<String> row(String resource, int limit, String usable, String all) {
    return List.of(resource, limit + " %", usable, all);
  }

  private static String number(double gigabytes) {
    return String.format(Locale.ROOT, "%.1f", gigabytes);
  }
}
