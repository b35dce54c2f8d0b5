package io.mirrorneuron.cli.runtime;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.mirrorneuron.MirrorNeuron;
import io.mirrorneuron.cli.Client;
import io.mirrorneuron.cli.CommandGroup;
import io.mirrorneuron.cli.ExitCode;
import io.mirrorneuron.config.NodeSettings;
import io.mirrorneuron.port.ClusterSummary.ClusterNode;
import io.mirrorneuron.port.node.DrainState;
import io.mirrorneuron.port.node.NodeMaintenance;
import io.mirrorneuron.port.node.NodeMaintenance.DrainOrder;
import io.mirrorneuron.port.node.NodeMaintenance.DrainReport;
import io.mirrorneuron.port.node.NodeMembers;
import io.mirrorneuron.port.node.NodeMembers.HostJoin;
import io.mirrorneuron.port.node.NodeMembers.HostJoin.Joined;
import io.mirrorneuron.port.node.NodeMembers.Member;
import io.mirrorneuron.port.node.NodeReport;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mn node}. */
@Command(
    name = "node",
    subcommands = {NodeCommand.ExposeCommand.class, NodeCommand.NodeDrainCommand.class},
    description = "Looks at the nodes of a cluster, and says which there are and take work.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  mn node list",
      "  mn node status mirror_neuron@two",
      "  mn node add 10.0.0.9 --token TOKEN",
      "  mn node maintenance mirror_neuron@two --reason 'a new disk'"
    })
public final class NodeCommand extends CommandGroup {
  private static final String NAME = "Its name, as mn node list shows it.";

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
              description = "Its join token: mn node expose prints it there.")
          String token,
      @Option(
              names = "--grpc-port",
              paramLabel = "PORT",
              description =
                  "Port of its gRPC endpoint; else 55051, then 50051, or network.tls_port.")
          Integer port)
      throws InterruptedException {
    return client.call(
        mn -> {
          NodeMaintenance upkeep = mn.cluster().upkeep();
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

  /** {@code mn node drain}. */
  @Command(
      name = "drain",
      description =
          "Has all work leave a node: services go to other nodes, programs of batch jobs may end until"
              + " the deadline. Then the node is in maintenance.",
      sortOptions = false,
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {
        "0:the order is given; with --wait, all work has left the node",
        "1:the call failed; with --wait, work is left on the node"
      },
      footerHeading = "%nExamples:%n",
      footer = {
        "  mn node drain mirror_neuron@two --dry-run",
        "  mn node drain mirror_neuron@two --deadline 10m --wait"
      })
  public static final class NodeDrainCommand implements Callable<Integer> {
    /** A number without a unit is milliseconds. */
    private static final Pattern TIME = Pattern.compile("([1-9][0-9]*)(ms|s|m|h|)");

    /** More digits than a year has in the smallest unit. */
    private static final int MANY_DIGITS = 12;

    @Mixin Client client;

    @Parameters(paramLabel = "NODE", description = "Its name, as mn node list shows it.")
    String node;

    @Option(
        names = "--deadline",
        paramLabel = "TIME",
        defaultValue = "30m",
        description =
            "How long programs of batch jobs may take to end, as 500ms, 30s, 10m or 1h; a bare number"
                + " is milliseconds.")
    String deadline;

    @Option(names = "--dry-run", description = "Only says what would happen.")
    boolean dryRun;

    @Option(names = "--wait", description = "Waits until it is over, a little over the deadline.")
    boolean waits;

    @Option(
        names = "--ignore-system-jobs",
        description = "Jobs of type system and sysbatch stay; the default.")
    boolean ignoreSystemJobs;

    @Option(
        names = "--include-system-jobs",
        description = "Also jobs of type system and sysbatch, which stay otherwise.")
    boolean includeSystemJobs;

    @Option(names = "--reason", paramLabel = "TEXT", description = "For whoever looks at it.")
    String reason;

    @Override
    public Integer call() throws InterruptedException {
      if (ignoreSystemJobs && includeSystemJobs) {
        throw client.misuse("say --ignore-system-jobs or --include-system-jobs, not both");
      }
      DrainOrder order = new DrainOrder(node, reason, millis(), dryRun, !includeSystemJobs);
      return client.call(mn -> drain(mn, order));
    }

    private int drain(MirrorNeuron mn, DrainOrder order) throws InterruptedException {
      DrainReport report = mn.cluster().upkeep().drain(order);
      NodeView view = new NodeView(client.output());
      if (dryRun || !waits) {
        client.print(report, view::drain);
        return ExitCode.OK;
      }
      if (report.replaced() != null) {
        client.complain(view.replaced(report.replaced(), false));
      }
      long until =
          System.nanoTime() + Duration.ofMillis(order.deadlineMs()).plusSeconds(30).toNanos();
      NodeReport last = mn.cluster().upkeep().status(node);
      while (DrainState.DRAINING.equals(last.drain().status()) && System.nanoTime() < until) {
        TimeUnit.SECONDS.sleep(1);
        last = mn.cluster().upkeep().status(node);
      }
      client.print(last, view::report);
      return DrainState.COMPLETE.equals(last.drain().status()) ? ExitCode.OK : ExitCode.FAILED;
    }

    private long millis() {
      Matcher time = TIME.matcher(deadline.strip());
      if (!time.matches()) {
        throw client.misuse(
            "--deadline must be a time such as 30s, 10m or 1h, or milliseconds, not " + deadline);
      }
      long unit =
          switch (time.group(2)) {
            case "s" -> 1000;
            case "m" -> 60_000;
            case "h" -> 3_600_000;
            default -> 1;
          };
      boolean isLong = time.group(1).length() >= MANY_DIGITS;
      long millis = isLong ? Long.MAX_VALUE : Long.parseLong(time.group(1)) * unit;
      if (millis > DrainOrder.LONGEST_MS) {
        throw client.misuse(
            "--deadline must be at most %dh, a year, not %s"
                .formatted(Duration.ofMillis(DrainOrder.LONGEST_MS).toHours(), deadline));
      }
      return millis;
    }
  }

  /**
   * {@code mn node expose}: settings that are kept in the home, for the next start of its server.
   */
  @Command(
      name = "expose",
      description =
          "Has the server of this home be reached by other machines from its next start on, so that it"
              + " can join others and have others join.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  mn node expose",
        "  mn node expose --host 10.0.0.9",
        "  mn node expose --off     this machine only, as before"
      })
  static final class ExposeCommand implements Callable<Integer> {
    private static final String EXPOSE = "MN_NETWORK_EXPOSE=";
    private static final String HOST = "MN_NETWORK_ADVERTISE_HOST=";

    /** No packet is sent there: the system only says by which of its addresses it would be. */
    private static final InetSocketAddress ANYWHERE = new InetSocketAddress("192.0.2.1", 9);

    @Mixin Client client;

    @Option(
        names = "--host",
        paramLabel = "HOST",
        description = "By which others reach this machine; else its address in the local network.")
    String host;

    @Option(names = "--off", description = "Undoes it.")
    boolean off;

    /** What is told of it. */
    private record Exposed(
        boolean exposed,
        String host,
        String joinToken,
        String settings,
        @JsonInclude(JsonInclude.Include.NON_NULL) String warning) {}

    private static final String NAMES_REDIS =
        "It cannot join others while its settings name a Redis (redis.url, redis.sentinels or"
            + " redis.cluster): unset that before it is started, or set the same on all servers that"
            + " are to be one cluster.";

    @Override
    public Integer call() throws InterruptedException {
      if (off && host != null) {
        throw client.misuse("say --host or --off, not both");
      }
      if (host != null && !host.matches(NodeSettings.HOST)) {
        throw client.misuse(
            "--host must be a name or address of this machine, such as 10.0.0.7, without a port");
      }
      Path home = client.config().home();
      Path settings = home.resolve("docker-compose.env");
      String address = off ? "" : host == null ? ownAddress() : host;
      try {
        Files.createDirectories(home);
        keep(settings, address);
        Path token = home.resolve("network.token");
        String known = Files.exists(token) ? Files.readString(token).strip() : "";
        boolean joinsNobody = !off && !client.config().redis().isEmbedded();
        client.print(
            new Exposed(
                !off,
                address,
                off ? "" : known,
                settings.toString(),
                joinsNobody ? NAMES_REDIS : null),
            this::tell);
        return ExitCode.OK;
      } catch (IOException e) {
        throw client.misuse("%s cannot be written: %s".formatted(settings, e.getMessage()));
      }
    }

    private void keep(Path file, String address) throws IOException {
      List<String> lines =
          new ArrayList<>(Files.exists(file) ? Files.readAllLines(file) : List.of());
      lines.removeIf(line -> line.strip().startsWith(EXPOSE) || line.strip().startsWith(HOST));
      if (!off) {
        lines.add(EXPOSE + "true");
        lines.add(HOST + address);
      }
      Path fresh = Files.createTempFile(file.getParent(), "settings", ".new");
      Files.write(fresh, lines);
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private void tell(Exposed reported) {
      if (!reported.exposed) {
        client.output().line("From its next start on the server is reached by this machine only.");
        return;
      }
      client
          .output()
          .line("From its next start on the server is reached at " + reported.host + ".");
      if (reported.warning != null) {
        client.output().line(reported.warning);
        return;
      }
      client
          .output()
          .line("Start it again (mn up), then on the machine whose cluster it is to join:");
      client
          .output()
          .line(
              reported.joinToken.isEmpty()
                  ? "  mn node add %s --token TOKEN     (%s, which its first start makes)"
                      .formatted(reported.host, client.config().home().resolve("network.token"))
                  : "  mn node add %s --token %s".formatted(reported.host, reported.joinToken));
    }

    private static String ownAddress() {
      try (DatagramSocket socket = new DatagramSocket()) {
        socket.connect(ANYWHERE);
        InetAddress own = socket.getLocalAddress();
        return own.isAnyLocalAddress() ? "127.0.0.1" : own.getHostAddress();
      } catch (IOException e) {
        return "127.0.0.1";
      }
    }
  }
}
