package io.mirrorneuron.app;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code mn gateway}. */
@Command(
    name = "gateway",
    description = "Starts only the API, before a runtime that runs elsewhere.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {"  MN_GRPC_TARGET=core.example:55051 mn gateway"})
final class GatewayCommand implements Callable<Integer> {
  @Spec CommandSpec spec;
  @Mixin ServerOptions options;

  @Override
  public Integer call() throws InterruptedException {
    return ServerProcess.run(options, ServerRole.GATEWAY, spec.commandLine().getOut());
  }
}
