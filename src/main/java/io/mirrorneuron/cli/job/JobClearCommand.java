package io.mirrorneuron.cli.job;

import io.mirrorneuron.cli.EitherClient;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code mn job clear}. */
@Command(
    name = "clear",
    description = {
      "Deletes every job that has ended. The folders of their runs stay.",
      "Needs an administrator: the API's token, or MN_GRPC_ADMIN_TOKEN."
    },
    sortOptions = false,
    footerHeading = "%nExample:%n",
    footer = "  mn job clear")
final class JobClearCommand implements Callable<Integer> {
  @Mixin EitherClient client;

  private record Cleared(long clearedCount) {}

  @Override
  public Integer call() throws InterruptedException {
    String token = client.config().grpc().adminToken().value();
    return client.show(
        rest -> rest.post("/jobs/cleanup", Map.of()),
        mn -> Map.of("cleared_count", mn.jobs().clear(token)),
        Cleared.class,
        done -> client.output().line("Jobs cleared: " + done.clearedCount()));
  }
}
