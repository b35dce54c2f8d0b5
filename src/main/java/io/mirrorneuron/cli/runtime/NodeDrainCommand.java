package io.mirrorneuron.cli.runtime;

import io.mirrorneuron.MirrorNeuron;
import io.mirrorneuron.cli.Client;
import io.mirrorneuron.cli.ExitCode;
import io.mirrorneuron.port.node.DrainOrder;
import io.mirrorneuron.port.node.DrainReport;
import io.mirrorneuron.port.node.DrainState;
import io.mirrorneuron.port.node.NodeReport;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

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
public final class NodeDrainCommand implements Callable<Integer> {
  /** A number without a unit is milliseconds. */
  private static final Pattern TIME = Pattern.compile("([1-9][0-9]*)(ms|s|m|h|)");

  /** More digits than a year has in the smallest unit. */
  private static final int MANY_DIGITS = 12;

  @Mixin Client client;

  @Parameters(paramLabel = "NODE", description = "Its name, as mn node list tells it.")
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
