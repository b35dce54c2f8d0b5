package io.mirrorneuron.app;

import io.mirrorneuron.cli.runtime.HealthCommand;
import io.mirrorneuron.cli.runtime.RuntimeMetricsCommand;
import io.mirrorneuron.cli.runtime.RuntimeStatusCommand;
import io.mirrorneuron.config.ClusterSeeds;
import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.ConfigLoader;
import io.mirrorneuron.runtime.embedded.HomeMove;
import io.mirrorneuron.store.bucket.StoreMove;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code mn runtime}: a server of its own, and the group of the client commands about runtimes. */
@Command(
    name = "runtime",
    description =
        "Starts only the runtime and its gRPC endpoint. Its subcommands ask a running runtime, or move the data of a stopped one.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    subcommands = {
      HealthCommand.class,
      RuntimeStatusCommand.class,
      RuntimeMetricsCommand.class,
      RuntimeCommand.Move.class
    },
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  mn runtime --grpc-port 50051",
      "  MN_REDIS_URL=redis://:secret@redis.example mn runtime",
      "  mn runtime health"
    })
final class RuntimeCommand implements Callable<Integer> {
  @Spec CommandSpec spec;
  @Mixin ServerOptions options;

  @Override
  public Integer call() throws InterruptedException {
    return ServerProcess.run(options, ServerRole.RUNTIME, spec.commandLine().getOut());
  }

  /** {@code mn runtime move}. */
  @Command(
      name = "move",
      description =
          "Copies all that a stopped server keeps in one Redis, that of its home or a named one, into the"
              + " Redis Cluster of the setting redis.cluster, or back. Where it was keeps it, and no"
              + " server starts on that again.",
      mixinStandardHelpOptions = true,
      versionProvider = Main.Version.class,
      sortOptions = false,
      footerHeading = "%nExamples:%n",
      footer = {
        "  mn runtime move --set redis.cluster=10.0.0.1:6379,10.0.0.2:6379",
        "  MN_REDIS_CLUSTER=10.0.0.1:6379 mn runtime move --from redis://:secret@redis.example",
        "  MN_REDIS_CLUSTER=10.0.0.1:6379 mn runtime move --to redis://:secret@redis.example"
      })
  static final class Move implements Callable<Integer> {
    @Spec CommandSpec spec;
    @Mixin ServerOptions options;

    @Option(
        names = "--from",
        paramLabel = "URL",
        description = "The Redis to copy, redis:// or unix://; default: the one under the home.")
    String from;

    @Option(
        names = "--to",
        paramLabel = "URL",
        description =
            "Copies back instead: out of the Redis Cluster into this Redis, which has no jobs yet.")
    String to;

    @Override
    public Integer call() throws IOException {
      Config config = options.load();
      if (!(config.redis().names() instanceof ClusterSeeds cluster)) {
        throw new ParameterException(
            spec.commandLine(),
            "say where the Redis Cluster is: --set redis.cluster=HOST:PORT,… or MN_REDIS_CLUSTER");
      }
      if (from != null && to != null) {
        throw new ParameterException(
            spec.commandLine(), "one of --from and --to: the other end is the Redis Cluster");
      }
      HomeMove move =
          new HomeMove(config, cluster, ConfigLoader.environment().getOrDefault("PATH", ""));
      StoreMove.Moved moved;
      if (to == null) {
        moved = from == null ? move.ofHome() : move.of(from);
      } else {
        moved = move.back(to);
      }
      spec.commandLine()
          .getOut()
          .printf(
              "%d jobs and %d other keys are in the %s go on with them%n",
              moved.jobs(),
              moved.others(),
              to == null
                  ? "Redis Cluster; servers with redis.cluster"
                  : "Redis; servers with redis.url");
      return 0;
    }
  }
}
