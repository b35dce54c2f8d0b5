package io.mirrorneuron.cli.schedule;

import io.mirrorneuron.MirrorNeuron;
import io.mirrorneuron.cli.Client;
import io.mirrorneuron.cli.CommandGroup;
import io.mirrorneuron.port.schedule.DeploymentView;
import io.mirrorneuron.port.schedule.DeploymentsPort;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mn deployment}. */
@Command(
    name = "deployment",
    description = "Puts new versions in the place of what runs.",
    subcommands = {PlanDeploymentCommand.class, DeployCommand.class},
    footerHeading = "%nExamples:%n",
    footer = {
      "  mn deployment plan my-service/",
      "  mn deployment deploy my-service/ --wait",
      "  mn deployment status my-service",
      "  mn deployment rollback my-service --reason 'orders were lost'"
    })
public final class DeploymentCommand extends CommandGroup {
  private static final String NAME = "DEPLOYMENT";

  @Command(
      name = "list",
      description =
          "Lists the newest deployment of each key. With --json and in pipes: all that is known.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  mn deployment list",
        "  mn deployment list --status awaiting_promotion",
        "  mn deployment list --limit 100 --after my-service"
      })
  int list(
      @Mixin Client client,
      @Option(names = "--key", paramLabel = "KEY", description = "Only that of this key.")
          String key,
      @Option(
              names = "--status",
              paramLabel = "STATUS",
              description =
                  "Only these: running, awaiting_promotion, paused, successful, version_recorded or"
                      + " failed.")
          String status,
      @Option(
              names = "--limit",
              paramLabel = "N",
              description = "So many at most; 1000 unless said.")
          int limit,
      @Option(names = "--after", paramLabel = "KEY", description = "Those behind this key.")
          String after)
      throws InterruptedException {
    client.jsonInPipes();
    ScheduleSpec.requireOneOf(client, "--status", status, DeploymentsPort.Query.STATUSES);
    DeploymentsPort.Query query = new DeploymentsPort.Query(key, status, after, limit);
    return client.show(
        mn -> mn.deployments().list(query),
        page -> {
          ShownDeployments.table(client, page.data());
          more(client, "deployment list", page.next());
        });
  }

  private static void more(Client client, String command, String next) {
    if (next != null) {
      client.output().line("There are more: mn " + command + " --after " + next);
    }
  }

  @Command(
      name = "status",
      aliases = "get",
      description = "Shows a deployment, what happened to it, and the versions of its key.",
      footerHeading = "%nExamples:%n",
      footer = {"  mn deployment status my-service", "  mn deployment status dep_my-service_2"})
  int status(
      @Mixin Client client,
      @Parameters(paramLabel = NAME, description = ShownDeployments.ID) String id)
      throws InterruptedException {
    client.jsonInPipes();
    return client.show(mn -> mn.deployments().get(id), one -> ShownDeployments.full(client, one));
  }

  @Command(
      name = "versions",
      description = "Lists the versions of a key, newest first. With --json: their manifests, too.",
      footerHeading = "%nExample:%n",
      footer = "  mn deployment versions my-service")
  int versions(
      @Mixin Client client,
      @Parameters(paramLabel = NAME, description = ShownDeployments.ID) String id,
      @Option(
              names = "--limit",
              paramLabel = "N",
              description = "So many at most; 100 unless said.")
          int limit,
      @Option(names = "--after", paramLabel = "VERSION", description = "Those before this one.")
          String after)
      throws InterruptedException {
    client.jsonInPipes();
    return client.show(
        mn -> mn.deployments().versions(id, after, limit),
        page -> {
          ShownDeployments.versions(client, page.data());
          more(client, "deployment versions " + id, page.next());
        });
  }

  @Command(
      name = "promote",
      description = "Goes on with all agents after a canary.",
      footerHeading = "%nExample:%n",
      footer = "  mn deployment promote my-service --wait")
  int promote(
      @Mixin Client client,
      @Parameters(paramLabel = NAME, description = ShownDeployments.ID) String id,
      @Option(names = "--wait", description = ShownDeployments.WAIT) boolean waits)
      throws InterruptedException {
    return client.call(
        mn -> new DeploymentEnd(client, mn, waits).show(mn.deployments().promote(id, false)));
  }

  @Command(
      name = "rollback",
      description = {
        "Deploys an earlier version again.",
        "Without --version and --tag: the newest stable one that does not run."
      },
      footerHeading = "%nExamples:%n",
      footer = {
        "  mn deployment rollback my-service --wait",
        "  mn deployment rollback my-service --tag spring --reason 'orders were lost'"
      })
  int rollback(
      @Mixin Client client,
      @Parameters(paramLabel = NAME, description = ShownDeployments.ID) String id,
      @Option(names = "--version", paramLabel = "VERSION", description = "To this one.")
          String version,
      @Option(
              names = "--tag",
              paramLabel = "TAG",
              description = "To the newest with this metadata.deployment_tag.")
          String tag,
      @Option(names = "--reason", paramLabel = "TEXT", description = "Why; it is shown.")
          String reason,
      @Option(names = "--wait", description = ShownDeployments.WAIT) boolean waits)
      throws InterruptedException {
    DeploymentsPort.Target target = new DeploymentsPort.Target(version, tag, reason, false);
    return client.call(
        mn -> new DeploymentEnd(client, mn, waits).show(mn.deployments().rollback(id, target)));
  }

  private interface Change {
    DeploymentView by(MirrorNeuron mn);
  }

  private static int change(Client client, Change change) throws InterruptedException {
    return client.show(change::by, one -> ShownDeployments.line(client, one));
  }

  @Command(
      name = "pause",
      description = "Lets no further agents change, and deadlines stand still.",
      footerHeading = "%nExample:%n",
      footer = "  mn deployment pause my-service --reason lunch")
  int pause(
      @Mixin Client client,
      @Parameters(paramLabel = NAME, description = ShownDeployments.ID) String id,
      @Option(names = "--reason", paramLabel = "TEXT", description = "Why; it is shown.")
          String reason)
      throws InterruptedException {
    return change(client, mn -> mn.deployments().pause(id, reason));
  }

  @Command(
      name = "resume",
      description = "Goes on with a paused deployment.",
      footerHeading = "%nExample:%n",
      footer = "  mn deployment resume my-service")
  int resume(
      @Mixin Client client,
      @Parameters(paramLabel = NAME, description = ShownDeployments.ID) String id,
      @Option(names = "--reason", paramLabel = "TEXT", description = "Why; it is shown.")
          String reason)
      throws InterruptedException {
    return change(client, mn -> mn.deployments().resume(id, reason));
  }

  @Command(
      name = "fail",
      description = "Goes no further, and back where the deployment has --auto-revert.",
      footerHeading = "%nExample:%n",
      footer = "  mn deployment fail my-service --reason 'customers complain'")
  int fail(
      @Mixin Client client,
      @Parameters(paramLabel = NAME, description = ShownDeployments.ID) String id,
      @Option(names = "--reason", paramLabel = "TEXT", description = "Why; it is shown.")
          String reason)
      throws InterruptedException {
    return change(client, mn -> mn.deployments().fail(id, reason));
  }
}
