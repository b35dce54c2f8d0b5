package io.mirrorneuron.cli.blueprint;

import io.mirrorneuron.Bundle;
import io.mirrorneuron.blueprint.Samples;
import io.mirrorneuron.cli.BundleReport;
import io.mirrorneuron.cli.Client;
import io.mirrorneuron.cli.ExitCode;
import io.mirrorneuron.cli.NamedValues;
import io.mirrorneuron.cli.Output;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.JobPlan;
import io.mirrorneuron.port.JobPlan.AgentPlace;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mn plan}. */
@Command(
    name = "plan",
    description = {
      "Shows on which node each agent of a bundle would run, what its program would be given there"
          + " and why; nothing is submitted.",
      "A bundle that no node will ever run is refused as mn run refuses it. On a terminal a table,"
          + " else JSON."
    },
    sortOptions = false,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:every agent has a place, perhaps after others gave something back",
      "1:one will never have any, or the call failed",
      "2:the command or the configuration is wrong",
      "5:there is no such bundle",
      "6:the server cannot be reached"
    },
    footerHeading = "%nExamples:%n",
    footer = {"  mn plan my-bundle/", "  mn plan my-bundle.zip | jq -r '.placements[].node'"})
public final class PlanCommand implements Callable<Integer> {
  private static final List<String> HEADS = List.of("Agent", "Type", "Node", "Is given", "Score");

  /** Agents of which the same is told, in one line. */
  private static final int MOST_NAMED = 3;

  @Mixin Client client;

  @Parameters(
      paramLabel = "BUNDLE",
      completionCandidates = Samples.Candidates.class,
      description = "A folder, a zip, a manifest on its own, or the name of a sample.")
  String bundle;

  @Option(
      names = {"-i", "--input"},
      paramLabel = "NAME=VALUE",
      description =
          "As mn run takes it: what the job would begin with. May be given several times.")
  List<String> inputs = new ArrayList<>();

  @Override
  public Integer call() throws InterruptedException {
    Map<String, ?> given = new NamedValues(client).of("--input", inputs);
    return client.call(
        mn -> {
          JobPlan plan;
          try (Bundle opened = BundleReport.open(bundle)) {
            plan = mn.jobs().plan(opened.submission(given));
          } catch (MnException e) {
            return new BundleReport(client, bundle, false).refused(e, mn, given);
          }
          plan.warnings().forEach(warning -> client.complain("warning: " + warning));
          if (client.json() || !client.screen().interactive()) {
            client.output().json(plan);
          } else {
            print(plan);
          }
          return ExitCode.OK;
        });
  }

  private void print(JobPlan plan) {
    Output output = client.output();
    output.table(HEADS, plan.placements().stream().map(PlanCommand::row).toList());
    if (plan.placementsOmitted() > 0) {
      output.line("and %d more agents".formatted(plan.placementsOmitted()));
    }
    print(plan, output, "%s: %s", AgentPlace::reasons);
    print(
        plan,
        output,
        "%s: at most %s",
        place -> place.limits().stream().map(PlanCommand::limit).toList());
    plan.requirements()
        .forEach((_, words) -> output.line("The job requires " + Output.printable(words) + "."));
    output.line(
        "%d %s on %s, by %s"
            .formatted(
                plan.placementCount(),
                plan.placementCount() == 1 ? "agent" : "agents",
                String.join(", ", plan.nodes()),
                plan.strategy()));
  }

  private static List<String> row(AgentPlace place) {
    return List.of(
        place.agentId(),
        place.agentType(),
        place.node(),
        given(place),
        Double.toString(place.score()));
  }

  private static String given(AgentPlace place) {
    JobPlan.Resources amounts = place.resources();
    Stream<String> sizes =
        Stream.of(
            amounts.cpuCores() == null ? "" : amounts.cpuCores().toPlainString() + " cores",
            amounts.memoryMb() == null ? "" : amounts.memoryMb() + " MB",
            amounts.diskMb() == null ? "" : amounts.diskMb() + " MB of disk");
    JobPlan.Allocations things = place.allocations();
    Stream<String> devices = things.devices().stream().map(JobPlan.Device::id);
    Stream<String> ports = things.ports().stream().map(PlanCommand::port);
    Stream<String> volumes = things.volumes().stream().map(JobPlan.Volume::source);
    return Stream.of(sizes, devices, ports, volumes)
        .flatMap(each -> each)
        .filter(text -> !text.isEmpty())
        .collect(Collectors.joining(", "));
  }

  private static void print(
      JobPlan plan, Output output, String form, Function<AgentPlace, List<String>> words) {
    Map<String, List<String>> agents = new LinkedHashMap<>();
    for (AgentPlace place : plan.placements()) {
      List<String> said = words.apply(place);
      if (!said.isEmpty()) {
        agents
            .computeIfAbsent(String.join(", ", said), _ -> new ArrayList<>())
            .add(place.agentId());
      }
    }
    agents.forEach(
        (said, names) -> output.line(Output.printable(form.formatted(named(names), said))));
  }

  private static String named(List<String> agents) {
    int more = agents.size() - MOST_NAMED;
    return String.join(", ", agents.subList(0, Math.min(MOST_NAMED, agents.size())))
        + (more > 0 ? " and %d more".formatted(more) : "");
  }

  private static String limit(JobPlan.Limited limit) {
    String kept = limit.enforced().equals("none") ? "not enforced here" : "by " + limit.enforced();
    return "%s %d (%s)".formatted(limit.name(), limit.value(), kept);
  }

  private static String port(JobPlan.Port port) {
    return "port " + (port.port() == null ? "for " + port.label() : port.port());
  }
}
