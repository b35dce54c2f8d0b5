package io.mirrorneuron.cli.schedule;

import io.mirrorneuron.Bundle;
import io.mirrorneuron.MirrorNeuron;
import io.mirrorneuron.cli.BundleReport;
import io.mirrorneuron.cli.Client;
import io.mirrorneuron.cli.CommandGroup;
import io.mirrorneuron.cli.ExitCode;
import io.mirrorneuron.cli.Output;
import io.mirrorneuron.port.schedule.DeploymentsPort;
import io.mirrorneuron.port.schedule.DeploymentsPort.DeploymentView;
import io.mirrorneuron.port.schedule.DeploymentsPort.DeploymentView.Result;
import io.mirrorneuron.port.schedule.DeploymentsPort.NewDeployment;
import io.mirrorneuron.port.schedule.DeploymentsPort.PlannedDeployment;
import io.mirrorneuron.port.schedule.DeploymentsPort.PlannedDeployment.Differences;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mn deployment}. */
@Command(
    name = "deployment",
    description = "Puts new versions in the place of what runs.",
    subcommands = {
      DeploymentCommand.PlanDeploymentCommand.class,
      DeploymentCommand.DeployCommand.class
    },
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
  static final class PlanDeploymentCommand implements Callable<Integer> {
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
  static final class DeployCommand implements Callable<Integer> {
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
                      options.with(
                          client, wanted -> mn.deployments().deploy(wanted.planned(plan)))));
    }
  }

  /**
   * Shows what a command has led to: at once, or when it is over or awaits its promotion. A pause
   * ends nothing: it is told, and waited for.
   *
   * @param waits for that
   */
  private record DeploymentEnd(Client client, MirrorNeuron mn, boolean waits) {
    private static final long LOOK_MS = 500;

    /** Returns the exit code. */
    int show(Result result) throws InterruptedException {
      if (!waits) {
        client.print(result, reported -> ShownDeployments.result(client, reported));
        return ExitCode.OK;
      }
      DeploymentView last = result.deployment();
      String reported = "";
      while (isUnderWay(last)) {
        reported = tell(last, reported);
        new CountDownLatch(1).await(LOOK_MS, TimeUnit.MILLISECONDS);
        last = mn.deployments().get(result.deploymentId());
      }
      Result end =
          new Result(
              last.with(null),
              result.version(),
              last.jobId(),
              last.status(),
              last.deploymentId(),
              last.deploymentKey());
      client.print(end, shown -> ShownDeployments.result(client, shown));
      return last.status().equals("failed") ? ExitCode.FAILED : ExitCode.OK;
    }

    private static boolean isUnderWay(DeploymentView now) {
      return now.status().equals("running") || isPaused(now);
    }

    private static boolean isPaused(DeploymentView now) {
      return now.status().equals("paused");
    }

    /** What it waits for, each thing once. */
    private String tell(DeploymentView now, String before) {
      String step =
          isPaused(now)
              ? "paused; to let it go on: mn deployment resume " + now.deploymentKey()
              : ShownDeployments.progress(now);
      if (!step.equals(before)) {
        client.complain(now.deploymentId() + ": " + step);
      }
      return step;
    }
  }

  /** A plan of a deployment as people read it. */
  private static final class ShownPlan {
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
        output.field(
            "Batch " + (i + 1), Output.printable(String.join(", ", plan.batches().get(i))));
      }
      if (plan.awaitsPromotion()) {
        output.field("Then", "it awaits its promotion once that is healthy");
      }
      if (plan.differences() != null) {
        differences(output, plan.differences());
      }
      output.field(
          "Next", "mn deployment deploy %s … --plan %s".formatted(bundle, plan.planToken()));
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
        output.field(
            "Differs", Output.printable("%s: %s".formatted(what, String.join(", ", names))));
      }
    }
  }

  /** What is to be deployed, in options. */
  static final class DeployOptions {
    private static final List<String> STRATEGIES = List.of("rolling", "canary", "blue-green");

    @Parameters(paramLabel = "BUNDLE", description = "A folder, a zip or a manifest on its own.")
    String bundle;

    @Option(
        names = "--key",
        paramLabel = "KEY",
        description = "Under which it is deployed; else what the manifest says.")
    String key;

    @Option(
        names = "--strategy",
        paramLabel = "STRATEGY",
        description = "rolling, canary or blue-green; else what the manifest says.")
    String strategy;

    @Option(
        names = "--canary",
        paramLabel = "N",
        description = "So many agents change first with --strategy canary.")
    Integer canary;

    @Option(
        names = "--max-parallel",
        paramLabel = "N",
        description = "So many agents change at a time; 1 unless said.")
    Integer maxParallel;

    @Option(names = "--auto-promote", description = "Go on after a canary without being asked.")
    boolean autoPromote;

    @Option(names = "--auto-revert", description = "Go back when it does not become healthy.")
    boolean autoRevert;

    @Option(
        names = "--policy-json",
        paramLabel = "JSON",
        description =
            "Members that go before policies.update of the manifest, as an object; options replace"
                + " them.")
    String policy;

    private Map<String, Object> policy(Client client) {
      Map<String, Object> members = new LinkedHashMap<>();
      if (policy != null) {
        members.putAll(ScheduleSpec.object(client, "--policy-json", policy));
      }
      if (strategy != null) {
        ScheduleSpec.requireOneOf(client, "--strategy", strategy, STRATEGIES);
        members.put("strategy", strategy);
      }
      if (canary != null) {
        members.put("canary", canary);
      }
      if (maxParallel != null) {
        members.put("max_parallel", maxParallel);
      }
      if (autoPromote) {
        members.put("auto_promote", true);
      }
      if (autoRevert) {
        members.put("auto_revert", true);
      }
      return members;
    }

    /** Does with what is to be deployed what needs its bundle. */
    <T> T with(Client client, Function<NewDeployment, T> work) {
      Map<String, Object> members = policy(client);
      try (Bundle opened = BundleReport.open(bundle)) {
        return work.apply(
            new NewDeployment(opened.submission(), key == null ? "" : key, members, false));
      }
    }
  }
}
