package io.mirrorneuron.cli.schedule;

import io.mirrorneuron.cli.Client;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code mn deployment deploy}. */
@Command(
    name = "deploy",
    description = {
      "Deploys a bundle: the first version of its key, or a new one in place of what runs.",
      "Without --wait it is answered when it has begun."
    },
    sortOptions = false,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:it has begun, or with --wait it is over or awaits its promotion",
      "1:it is refused, or with --wait it has failed"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  mn deployment deploy my-service/ --wait",
      "  mn deployment deploy my-service/ --strategy canary --canary 1 --auto-revert"
    })
final class DeployCommand implements Callable<Integer> {
  @Mixin Client client;

  @Mixin DeployOptions options;

  @Option(names = "--wait", description = ShownDeployments.WAIT)
  boolean waits;

  @Option(
      names = "--plan",
      paramLabel = "TOKEN",
      description = "Of mn deployment plan: begin only if that plan still holds.")
  String plan;

  @Override
  public Integer call() throws InterruptedException {
    return client.call(
        mn ->
            new DeploymentEnd(client, mn, waits)
                .show(
                    options.with(client, wanted -> mn.deployments().deploy(wanted.planned(plan)))));
  }
}
