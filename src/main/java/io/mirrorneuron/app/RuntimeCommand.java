package io.mirrorneuron.app;

import io.mirrorneuron.cli.runtime.HealthCommand;
import io.mirrorneuron.cli.runtime.RuntimeMetricsCommand;
import io.mirrorneuron.cli.runtime.RuntimeStatusCommand;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code mn runtime}: a server of its own, and the group of the client commands about runtimes. */
@Command(
    name = "runtime",
    description = "Starts only the runtime and its gRPC door. Its subcommands ask a running one.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    subcommands = {HealthCommand.class, RuntimeStatusCommand.class, RuntimeMetricsCommand.class},
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
}
