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

/** {@code mn node}. */
@Command(
    name = "node",
    description = "Looks at the nodes of a cluster.",
    footerHeading = "%nExamples:%n",
    footer = {"  mn node list", "  mn node list --json"})
public final class NodeCommand extends CommandGroup {
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
