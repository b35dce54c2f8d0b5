package io.mirrorneuron.cli.runtime;

import io.mirrorneuron.MirrorNeuron;
import io.mirrorneuron.cli.Client;
import io.mirrorneuron.cli.CommandGroup;
import io.mirrorneuron.cli.ExitCode;
import io.mirrorneuron.port.ClusterNode;
import io.mirrorneuron.port.node.HostJoin;
import io.mirrorneuron.port.node.HostJoin.Joined;
import io.mirrorneuron.port.node.NodeMembers;
import io.mirrorneuron.port.node.NodeMembers.Member;
import io.mirrorneuron.port.node.NodeReport;
import io.mirrorneuron.port.node.NodeUpkeep;
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
    subcommands = {ExposeCommand.class, NodeDrainCommand.class},
    description = "Looks at the nodes of a cluster, and says which there are and take work.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  mn node list",
      "  mn node status mirror_neuron@two",
      "  mn node add 10.0.0.9 --token TOKEN",
      "  mn node maintenance mirror_neuron@two --reason 'a new disk'"
    })
public final class NodeCommand extends CommandGroup {
  private static final String NAME = "Its name, as mn node list tells it.";

  private static final String REASON = "For whoever looks at it.";

  private static final List<String> HEADERS =
      List.of("Node", "Status", "Takes work", "Version", "CPUs", "Memory free", "Pools in use");

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
        mn -> mn.cluster().upkeep().status(node).orNotFound(),
        new NodeView(client.output())::report);
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
      @Option(names = "--reason", paramLabel = "TEXT", description = REASON) String reason)
      throws InterruptedException {
    if (enable && disable) {
      throw client.misuse("say --enable or --disable, not both");
    }
    return client.show(
        mn -> mn.cluster().upkeep().maintain(node, !disable, reason),
        new NodeView(client.output())::maintenance);
  }

  @Command(
      name = "add",
      aliases = "join",
      description =
          "Has the server on another machine join the cluster of this one; it starts anew for that.",
      footerHeading = "%nExamples:%n",
      footer = {"  mn node add 10.0.0.9 --token \"$(ssh 10.0.0.9 cat .mn/network.token)\""})
  int add(
      @Mixin Client client,
      @Parameters(paramLabel = "HOST", description = "Name or address of that machine.")
          String host,
      @Option(
              names = "--token",
              paramLabel = "TOKEN",
              required = true,
              description = "Its join token: mn node expose tells it there.")
          String token,
      @Option(
              names = "--grpc-port",
              paramLabel = "PORT",
              description = "Of its gRPC door; else 55051, then 50051, or network.tls_port.")
          Integer port)
      throws InterruptedException {
    return client.call(
        mn -> {
          NodeUpkeep upkeep = mn.cluster().upkeep();
          HostJoin join =
              new HostJoin(mn.cluster().members(), name -> upkeep.status(name).isThere());
          Joined joined = join.add(host, port, token);
          client.print(joined.member(), member -> new NodeView(client.output()).joined(joined));
          return ExitCode.OK;
        });
  }

  @Command(
      name = "leave",
      description = "Takes a node out of the cluster; it goes back to its own data.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  mn node leave mirror_neuron@two",
        "  mn node leave     the server that is asked"
      })
  int leave(
      @Mixin Client client,
      @Parameters(arity = "0..1", paramLabel = "NODE", description = NAME) String node)
      throws InterruptedException {
    return client.show(
        mn -> {
          NodeMembers members = mn.cluster().members();
          String name = node == null ? members.self() : node;
          NodeReport before = mn.cluster().upkeep().status(name);
          Member left = members.remove(name);
          before.orNotFound(); // it is gone in any case, and a misspelt name is told
          return left;
        },
        new NodeView(client.output())::member);
  }

  @Command(
      name = "undrain",
      description = "Ends a drain. What has left the node stays where it is.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  mn node undrain mirror_neuron@two --mark-eligible     it takes work again",
        "  mn node undrain mirror_neuron@two     it stays in maintenance"
      })
  int undrain(
      @Mixin Client client,
      @Parameters(paramLabel = "NODE", description = NAME) String node,
      @Option(names = "--mark-eligible", description = "Lets it have work again.")
          boolean markEligible,
      @Option(names = "--reason", paramLabel = "TEXT", description = REASON) String reason)
      throws InterruptedException {
    return client.show(
        mn -> mn.cluster().upkeep().undrain(node, reason, markEligible),
        new NodeView(client.output())::undrained);
  }

  @Command(
      name = "reconcile",
      description = "Takes over the jobs of a dead node at once, and says which.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  mn node reconcile mirror_neuron@two --dry-run",
        "  mn node reconcile mirror_neuron@two --reason 'it burns'"
      })
  int reconcile(
      @Mixin Client client,
      @Parameters(paramLabel = "NODE", description = NAME) String node,
      @Option(names = "--dry-run", description = "Only says what would happen.") boolean dryRun,
      @Option(names = "--reason", paramLabel = "TEXT", description = REASON) String reason)
      throws InterruptedException {
    return client.show(
        mn -> mn.cluster().upkeep().reconcile(node, reason, dryRun),
        new NodeView(client.output())::reconciled);
  }

  private static List<String> row(ClusterNode node) {
    Long free = node.memoryFreeMegabytes();
    return List.of(
        node.name(),
        node.status(),
        node.takesWork() ? "yes" : "no",
        node.build() == null ? "" : node.build().brief(),
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
