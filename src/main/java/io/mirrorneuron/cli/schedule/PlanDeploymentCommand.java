package io.mirrorneuron.cli.schedule;

import io.mirrorneuron.cli.Client;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code mn deployment plan}. */
@Command(
    name = "plan",
    description = {
      "Shows what mn deployment deploy would do with the same options: what differs, which way it"
          + " would go and why, and in which batches. Nothing is stored.",
      "The last line has a token with which the deployment begins only if all is still so. In pipes"
          + " JSON."
    },
    sortOptions = false,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:it could be deployed like this",
      "1:it would be refused, or the call failed",
      "2:the command or the configuration is wrong",
      "5:there is no such bundle",
      "6:the server cannot be reached"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  mn deployment plan my-service/",
      "  mn deployment plan my-service/ --strategy canary --json | jq -r .plan_token"
    })
final class PlanDeploymentCommand implements Callable<Integer> {
  @Mixin Client client;

  @Mixin DeployOptions options;

  @Override
  public Integer call() throws InterruptedException {
    client.jsonInPipes();
    return client.show(
        mn -> options.with(client, mn.deployments()::plan),
        plan -> {
          plan.warnings().forEach(warning -> client.complain("warning: " + warning));
          ShownPlan.print(client, options.bundle, plan);
        });
  }
}
