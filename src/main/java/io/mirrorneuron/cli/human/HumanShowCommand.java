package io.mirrorneuron.cli.human;

import io.mirrorneuron.cli.ApiClient;
import io.mirrorneuron.cli.ExitCode;
import io.mirrorneuron.cli.RunAddress;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code mn human show}. */
@Command(
    name = "show",
    description = "Shows one request: what is asked, which decisions and which form it takes.",
    sortOptions = false,
    footerHeading = "%nExample:%n",
    footer = "  mn human show RUN_ID REQUEST_ID")
final class HumanShowCommand implements Callable<Integer> {
  @Mixin ApiClient client;

  @Parameters(index = "0", paramLabel = "RUN_ID", description = RunAddress.ID)
  String run;

  @Parameters(index = "1", paramLabel = "REQUEST_ID", description = HumanCommand.REQUEST)
  String request;

  @Override
  public Integer call() throws InterruptedException {
    return client.call(
        rest -> {
          client.print(
              Questions.find(rest, RunAddress.path(rest, run), request),
              HumanAsk.class,
              this::print);
          return ExitCode.OK;
        });
  }

  private void print(HumanAsk asked) {
    Questions.print(client.output(), asked);
    if (asked.isOpen()) {
      client.output().line("\nAnswer with mn human respond " + run + " " + request);
    }
  }
}
