package io.mirrorneuron.cli.author;

import io.mirrorneuron.Bundle;
import io.mirrorneuron.MirrorNeuron;
import io.mirrorneuron.cli.Client;
import io.mirrorneuron.cli.ExitCode;
import io.mirrorneuron.cli.Output;
import io.mirrorneuron.cli.run.RunCommand;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Validation;
import io.mirrorneuron.port.Validation.Issue;
import io.mirrorneuron.port.Validation.Plan;
import io.mirrorneuron.port.Validation.PlannedAgent;
import io.mirrorneuron.port.Validation.PlannedStep;
import io.mirrorneuron.samples.Samples;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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
    footer = {"  mn validate my-bundle/", "  mn validate my-bundle.zip --json | jq -r .errors[]"})
public final class ValidateCommand implements Callable<Integer> {
  private static final List<String> STEPS = List.of("Step", "After", "Agents");
  private static final List<String> AGENTS = List.of("Agent", "Type", "Pool", "Slots", "Command");

  @Mixin Client client;

  @Parameters(
      paramLabel = "BUNDLE",
      completionCandidates = Samples.Candidates.class,
      description = "A folder, a zip, a manifest on its own, or the name of a sample.")
  String bundle;

  @Override
  public Integer call() throws InterruptedException {
    return client.call(
        mn -> {
          Validation answer;
          try (Bundle opened = RunCommand.open(bundle)) {
            answer = check(mn, opened);
          }
          if (client.json()) {
            client.output().json(answer);
          } else {
            print(answer);
          }
          return answer.ok() ? ExitCode.OK : ExitCode.FAILED;
        });
  }

  private Validation check(MirrorNeuron mn, Bundle opened) {
    try {
      return opened.located(mn.jobs().validate(opened.submission()));
    } catch (MnException e) {
      if (e.code() != ErrorCode.UNAVAILABLE && e.code() != ErrorCode.UNIMPLEMENTED) {
        throw e;
      }
      client.complain("no runtime was asked, so what machines have is not checked");
      return opened.validate();
    }
  }

  private void print(Validation answer) {
    Output output = client.output();
    for (Issue issue : answer.issues()) {
      String kind = output.paint().status(issue.severity(), issue.severity());
      output.line(kind + ": " + Output.printable(issue.sentence()));
      if (!issue.help().isEmpty()) {
        output.line("  " + Output.printable(issue.help()));
      }
    }
    if (answer.plan() != null) {
      print(answer.plan());
    }
    output.line(verdict(answer));
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

  private String verdict(Validation answer) {
    int warnings = answer.warnings().size();
    String told = warnings == 0 ? "" : ", " + count(warnings, "warning");
    return answer.ok()
        ? bundle + " can run" + told
        : bundle + " cannot run: " + count(answer.errorCount(), "error") + told;
  }

  private static String count(int count, String what) {
    return count + " " + what + (count == 1 ? "" : "s");
  }
}
