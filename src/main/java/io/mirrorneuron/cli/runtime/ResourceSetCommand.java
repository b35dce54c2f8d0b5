package io.mirrorneuron.cli.runtime;

import io.mirrorneuron.cli.EitherClient;
import io.mirrorneuron.wire.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

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
public final class ResourceSetCommand implements Callable<Integer> {
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
