package io.mirrorneuron.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.MirrorNeuron;
import io.mirrorneuron.wire.Json;
import java.util.List;
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
      description = "Lists the nodes. With --json: the whole summary of the cluster.",
      footerHeading = "%nExamples:%n",
      footer = {"  mn node list", "  mn node list --json | jq -r '.nodes[].name'"})
  int list(@Mixin Client client) throws InterruptedException {
    return client.show(
        MirrorNeuron::clusterOverview,
        summary ->
            client
                .output()
                .table(
                    HEADERS, Json.elements(summary.path("nodes")).map(NodeCommand::row).toList()));
  }

  private static List<String> row(JsonNode node) {
    JsonNode hardware = node.path("hardware");
    return List.of(
        node.path("name").asText(),
        node.path("status").asText(),
        node.path("scheduling_eligible").asBoolean() ? "yes" : "no",
        hardware.at("/cpu/logical_processors").asText(""),
        hardware.at("/memory/available_mb").isNumber()
            ? hardware.at("/memory/available_mb").asLong() + " MB"
            : "",
        pools(node.path("executor_pools")));
  }

  private static String pools(JsonNode pools) {
    return pools.properties().stream()
        .map(
            pool ->
                "%s %d/%d"
                    .formatted(
                        pool.getKey(),
                        pool.getValue().path("in_use").asInt(),
                        pool.getValue().path("capacity").asInt()))
        .collect(Collectors.joining(", "));
  }
}
