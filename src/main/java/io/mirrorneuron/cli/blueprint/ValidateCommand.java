package io.mirrorneuron.cli.blueprint;

import io.mirrorneuron.blueprint.Samples;
import io.mirrorneuron.cli.BundleReport;
import io.mirrorneuron.cli.Client;
import io.mirrorneuron.cli.ExitCode;
import io.mirrorneuron.cli.NamedValues;
import io.mirrorneuron.cli.Output;
import io.mirrorneuron.port.Validation;
import io.mirrorneuron.port.Validation.Plan;
import io.mirrorneuron.port.Validation.PlannedAgent;
import io.mirrorneuron.port.Validation.PlannedStep;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mn validate}. */
@Command(
    name = "validate",
    description = {
      "Says what is wrong or strange with a bundle, and what would run; nothing is submitted.",
      "Without a runtime that can be asked it is checked here, all but what machines have."
    },
    sortOptions = false,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:the bundle can run, perhaps with warnings",
      "1:it cannot, or the call failed",
      "2:the command or the configuration is wrong",
      "5:there is no such bundle"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  mn validate my-bundle/",
      "  mn validate my-bundle/ --input city=Porto",
      "  mn validate my-bundle.zip --json | jq -r '.errors[]'"
    })
public final class ValidateCommand implements Callable<Integer> {
  private static final List<String> STEPS = List.of("Step", "After", "Agents");
  private static final List<String> AGENTS = List.of("Agent", "Type", "Pool", "Slots", "Command");

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

  @Option(names = "--strict", description = "Whatever is a warning is an error.")
  boolean strict;

  @Override
  public Integer call() throws InterruptedException {
    Map<String, ?> given = new NamedValues(client).of("--input", inputs);
    return client.call(
        mn -> {
          BundleReport report = new BundleReport(client, bundle, strict);
          Validation answer = report.of(mn, given);
          if (client.json()) {
            client.output().json(answer);
            return exitCode(answer);
          }
          report.lines(answer).forEach(client.output()::line);
          if (answer.plan() != null) {
            print(answer.plan());
          }
          client.output().line(report.verdict(answer));
          return exitCode(answer);
        });
  }

  private static int exitCode(Validation answer) {
    return answer.ok() ? ExitCode.OK : ExitCode.FAILED;
  }

  private void print(Plan plan) {
    Output output = client.output();
    if (!plan.steps().isEmpty()) {
      output.table(STEPS, plan.steps().stream().map(ValidateCommand::row).toList());
    }
    output.table(AGENTS, plan.agents().stream().map(ValidateCommand::row).toList());
  }

  private static List<String> row(PlannedStep step) {
    return List.of(
        step.stepId(), String.join(", ", step.after()), String.join(", ", step.agents()));
  }

  private static List<String> row(PlannedAgent agent) {
    boolean runs = agent.pool() != null;
    return List.of(
        agent.agentId(),
        agent.agentType(),
        runs ? agent.pool() : "",
        runs ? Integer.toString(agent.slots()) : "",
        String.join(" ", agent.command()));
  }
}
