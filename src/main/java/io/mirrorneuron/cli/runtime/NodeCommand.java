package io.mirrorneuron.cli.runtime;

import io.mirrorneuron.MirrorNeuron;
import io.mirrorneuron.cli.Client;
import io.mirrorneuron.cli.CommandGroup;
import io.mirrorneuron.port.ClusterNode;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mn node}. */
@Command(
    name = "node",
    description = "Looks at the nodes of a cluster, and says which of them take work.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  mn node list",
      "  mn node status mirror_neuron@two",
      "  mn node maintenance mirror_neuron@two --reason 'a new disk'"
    })
public final class NodeCommand extends CommandGroup {
  private static final String NAME = "Its name, as mn node list tells it.";

  private static final List<String> HEADERS =
      List.of("Node", "Status", "Takes work", "CPUs", "Memory free", "Pools in use");

  @Command(
      name = "list",
      description = "Lists the nodes. With --json and in pipes: the whole summary of the cluster.",
      footerHeading = "%nExamples:%n",
      footer = {"  mn node list", "  mn node list | jq -r '.nodes[].name'"})
  int list(@Mixin Client client) throws InterruptedException {
    client.jsonInPipes();
    return client.show(
        MirrorNeuron::clusterOverview,
        summary ->
            client
                .output()
                .table(HEADERS, summary.nodes().stream().map(NodeCommand::row).toList()));
  }

  @Command(
      name = "status",
      description = "Says whether a node takes work, and how far its last drain is.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  mn node status mirror_neuron@two",
        "  mn node status mirror_neuron@two --json | jq .drain.counters"
      })
  int status(@Mixin Client client, @Parameters(paramLabel = "NODE", description = NAME) String node)
      throws InterruptedException {
    return client.show(
        mn -> mn.cluster().upkeep().status(node), new NodeView(client.output())::report);
  }

  @Command(
      name = "maintenance",
      description = "Keeps new work from a node. Work that is there stays: a drain moves it.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  mn node maintenance mirror_neuron@two --reason 'a new disk'",
        "  mn node maintenance mirror_neuron@two --disable     it takes work again"
      })
  int maintenance(
      @Mixin Client client,
      @Parameters(paramLabel = "NODE", description = NAME) String node,
      @Option(names = "--disable", description = "Lets it have work again.") boolean disable,
      @Option(names = "--enable", description = "Keeps new work from it; the default.")
          boolean enable,
      @Option(names = "--reason", paramLabel = "TEXT", description = "For whoever looks at it.")
          String reason)
      throws InterruptedException {
    if (enable && disable) {
      throw client.misuse("say --enable or --disable, not both");
    }
    return client.show(
        mn -> mn.cluster().upkeep().maintain(node, !disable, reason),
        new NodeView(client.output())::maintenance);
  }

  private static List<String> row(ClusterNode node) {
    Long free = node.memoryFreeMegabytes();
    return List.of(
        node.name(),
        node.status(),
        node.takesWork() ? "yes" : "no",
        Objects.toString(node.cpus(), ""),
        free == null ? "" : free + " MB",
        pools(node.pools()));
  }

  private static String pools(Map<String, ClusterNode.Pool> pools) {
    return pools.entrySet().stream()
        .map(
            pool ->
                "%s %d/%d"
                    .formatted(pool.getKey(), pool.getValue().inUse(), pool.getValue().capacity()))
        .collect(Collectors.joining(", "));
  }
}
