package io.mirrorneuron.app;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code mn up}. */
@Command(
    name = "up",
    description = "Starts everything in one process: API, runtime and a Redis of its own.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  mn up",
      "  mn up --home /var/lib/mn --config /etc/mn.yaml",
      "  MN_API_TOKEN=secret mn up --api-host 0.0.0.0"
    })
final class UpCommand implements Callable<Integer> {
  @Spec CommandSpec spec;
  @Mixin ServerOptions options;

  @Override
  public Integer call() throws InterruptedException {
    return ServerProcess.run(options, ServerRole.UP, spec.commandLine().getOut());
  }
}
