package io.mirrorneuron.cli.schedule;

import io.mirrorneuron.cli.Client;
import io.mirrorneuron.cli.Output;
import io.mirrorneuron.port.schedule.PlannedDeployment;
import io.mirrorneuron.port.schedule.PlannedDeployment.Differences;
import java.util.List;

/** A plan of a deployment as people read it. */
final class ShownPlan {
  private ShownPlan() {}

  /**
   * @param bundle as it was named
   */
  static void print(Client client, String bundle, PlannedDeployment plan) {
    Output output = client.output();
    output.field("Key", plan.deploymentKey());
    output.field("Way", way(plan));
    output.field("Why", Output.printable(plan.description()));
    output.field("Strategy", plan.strategy());
    output.field(
        "Version",
        plan.previousVersion() == null
            ? plan.version()
            : "%s, after %s".formatted(plan.version(), plan.previousVersion()));
    for (int i = 0; i < plan.batches().size(); i++) {
      output.field("Batch " + (i + 1), Output.printable(String.join(", ", plan.batches().get(i))));
    }
    if (plan.awaitsPromotion()) {
      output.field("Then", "it awaits its promotion once that is healthy");
    }
    if (plan.differences() != null) {
      differences(output, plan.differences());
    }
    output.field("Next", "mn deployment deploy %s … --plan %s".formatted(bundle, plan.planToken()));
  }

  private static String way(PlannedDeployment plan) {
    return switch (plan.way()) {
      case "new" -> "a job is made";
      case "no_op" -> "the version is recorded, nothing changes";
      case "version_recorded" -> "the version is recorded, and a job runs it once";
      case "agents" -> "agents change within job " + plan.jobId();
      case "blue_green" -> "a new job takes the place of job " + plan.jobId();
      default -> plan.way();
    };
  }

  private static void differences(Output output, Differences found) {
    names(output, "agents that are new", found.agentsAdded());
    names(output, "agents that are gone", found.agentsRemoved());
    found
        .agentsChanged()
        .forEach(
            agent ->
                names(
                    output,
                    "agent " + agent.agentId(),
                    agent.members().isEmpty() ? List.of("payload files") : agent.members()));
    if (found.files() != null) {
      names(output, "files that are new", found.files().added());
      names(output, "files that are gone", found.files().removed());
      names(output, "files", found.files().changed());
      if (found.files().omitted() > 0) {
        output.field("Differs", "%d more files".formatted(found.files().omitted()));
      }
    }
    names(output, "policies", found.policies());
    names(output, "also", found.members());
  }

  private static void names(Output output, String what, List<String> names) {
    if (!names.isEmpty()) {
      output.field("Differs", Output.printable("%s: %s".formatted(what, String.join(", ", names))));
    }
  }
}
