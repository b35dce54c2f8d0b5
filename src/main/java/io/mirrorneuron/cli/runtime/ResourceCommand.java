package io.mirrorneuron.cli.runtime;

import com.fasterxml.jackson.core.type.TypeReference;
import io.mirrorneuron.cli.CommandGroup;
import io.mirrorneuron.cli.EitherClient;
import io.mirrorneuron.cli.ExitCode;
import io.mirrorneuron.cli.Output;
import io.mirrorneuron.cli.RestAnswer;
import io.mirrorneuron.wire.Json;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code mn resource}. */
@Command(
    name = "resource",
    description = "Shows what the nodes have, and limits how much of it may be used.",
    subcommands = ResourceCommand.ResourceSetCommand.class,
    footerHeading = "%nExamples:%n",
    footer = {"  mn resource list", "  mn resource set --cpu 50", "  mn resource ports"})
public final class ResourceCommand extends CommandGroup {
  private static final List<String> HEADERS = List.of("Service", "Host", "Port", "URL / target");

  @Command(
      name = "list",
      description =
          "Shows cores, memory, disk and GPUs, and the limits. With --json and in pipes: all that"
              + " is known.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  mn resource list",
        "  mn resource list | jq '.nodes[].devices'     the GPUs, each with its driver"
      })
  int list(@Mixin EitherClient client) throws InterruptedException {
    client.jsonInPipes();
    return client.ask(
        rest -> rest.get("/resource"),
        mn -> mn.cluster().resource(),
        answer -> new ResourceView(client).show(answer));
  }

  private record Ports(List<Port> ports) {}

  private record Port(String name, String label, String host, String port, String target) {
    List<String> row() {
      String what = label == null ? name : name + " (" + label + ")";
      return List.of(
          Objects.toString(what, ""),
          Objects.toString(host, ""),
          Objects.toString(port, ""),
          Objects.toString(target, ""));
    }
  }

  @Command(
      name = "ports",
      description = "Shows where the server listens.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  mn resource ports",
        "  mn resource ports --in-use | jq -r '.ports[].port'     that a new service cannot have"
      })
  int ports(
      @Mixin EitherClient client,
      @Option(
              names = "--in-use",
              description = "Also the ports that other programs of its machine listen on.")
          boolean inUse)
      throws InterruptedException {
    client.jsonInPipes();
    return client.show(
        rest -> rest.get("/resource/ports" + (inUse ? "?in_use=true" : "")),
        mn ->
            Map.of("ports", List.of(ResourceView.runtimeEndpoint(client.config().grpc().target()))),
        Ports.class,
        reported ->
            client.output().table(HEADERS, reported.ports().stream().map(Port::row).toList()));
  }

  /** {@code mn resource set}. */
  @Command(
      name = "set",
      description =
          "Limits how much of each resource may be used, in per cent: 25, 50, 75 or 100. What is not"
              + " named stays as it is.",
      sortOptions = false,
      footerHeading = "%nExamples:%n",
      footer = {
        "  mn resource set --cpu 75 --memory 50",
        "  mn resource set --gpu 100     take a limit away"
      })
  public static final class ResourceSetCommand implements Callable<Integer> {
    private static final List<Integer> PERCENTS = List.of(25, 50, 75, 100);

    @Mixin EitherClient client;

    @ArgGroup(exclusive = false, multiplicity = "0..1")
    Limits limits;

    /** At least one. */
    static final class Limits {
      @Option(names = "--cpu", paramLabel = "PERCENT", description = "Of the cores.")
      Integer cpu;

      @Option(names = "--gpu", paramLabel = "PERCENT", description = "Of the GPUs.")
      Integer gpu;

      @Option(names = "--memory", paramLabel = "PERCENT", description = "Of the memory.")
      Integer memory;

      @Option(names = "--disk", paramLabel = "PERCENT", description = "Of the disk.")
      Integer disk;

      Map<String, Integer> named() {
        Map<String, Integer> named = new LinkedHashMap<>();
        named.put("cpu", cpu);
        named.put("gpu", gpu);
        named.put("memory", memory);
        named.put("disk", disk);
        named.values().removeIf(limit -> limit == null);
        return named;
      }
    }

    @Override
    public Integer call() throws InterruptedException {
      client.jsonInPipes();
      if (limits == null) {
        throw client.misuse("say at least one of --cpu, --gpu, --memory and --disk");
      }
      Map<String, Integer> named = limits.named();
      named.forEach(this::requirePercent);
      return client.ask(
          rest -> rest.post("/resource", named),
          mn -> mn.cluster().setResource(Json.MAPPER.valueToTree(named)),
          answer -> {
            if (!client.json()) {
              client
                  .output()
                  .line(
                      "Resource limits set: "
                          + named.entrySet().stream()
                              .map(limit -> limit.getKey() + " " + limit.getValue() + " %")
                              .collect(Collectors.joining(", ")));
            }
            return new ResourceView(client).show(answer);
          });
    }

    private void requirePercent(String name, int percent) {
      if (!PERCENTS.contains(percent)) {
        throw client.misuse("--%s must be one of 25, 50, 75, 100, not %d".formatted(name, percent));
      }
    }
  }

  /** Prints what the nodes have. */
  private record ResourceView(EitherClient client) {
    private static final List<String> HEADERS =
        List.of("Node", "Cores", "Memory free", "Disk free", "GPUs");

    private static final List<String> LIMITS = List.of("Resource", "Limit", "Usable", "Of");

    private static final List<String> HOLDERS =
        List.of("Job", "Agent", "Slots", "Cores", "Memory", "Devices", "Ports", "Disk");

    private record Report(List<Node> nodes) {}

    /**
     * What the operator says of a node, and what its tools do not tell; a node may tell neither.
     */
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

    private record ResourceBody(List<Notes> nodes) {}

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
          "native_ports", _ -> List.of(runtimeEndpoint(client.config().grpc().target())));
      return document;
    }

    /** Who is asked over gRPC tells no port, but this one is known. */
    static Map<String, String> runtimeEndpoint(String target) {
      int colon = target.lastIndexOf(':');
      Map<String, String> endpoint = new TreeMap<>();
      endpoint.put("name", "core_grpc");
      endpoint.put("label", "gRPC of the runtime");
      endpoint.put("host", target.substring(0, Math.max(0, colon)));
      endpoint.put("port", target.substring(colon + 1));
      endpoint.put("target", target);
      return endpoint;
    }

    private void print(RestAnswer answer) {
      Output output = client.output();
      output.table(HEADERS, answer.as(Report.class).nodes().stream().map(Node::row).toList());
      answer.as(ResourceBody.class).nodes().forEach(node -> node.lines().forEach(output::line));
      Used used = answer.as(Used.class);
      used.nodes().stream().flatMap(InUse::line).forEach(output::line);
      used.taken().forEach(this::printHolders);
      Limits reported = answer.as(Limits.class);
      if (reported.limits() != null && reported.usable() != null && reported.totals() != null) {
        output.line("");
        output.table(LIMITS, limits(reported.limits(), reported.usable(), reported.totals()));
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
}
