package io.mirrorneuron.cli.schedule;

import io.mirrorneuron.cli.ApiClient;
import io.mirrorneuron.cli.RestClient;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mn webhook deliveries}. */
@Command(
    name = "deliveries",
    description = "Lists what a target is to get, did not get, and got. With --json: all of it.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  mn webhook deliveries WEBHOOK_ID --state dead",
      "  mn webhook deliveries WEBHOOK_ID --json | jq -r '.data[].last_error'"
    })
final class WebhookDeliveriesCommand implements Callable<Integer> {
  private static final List<String> HEADERS =
      List.of("Delivery", "Event", "State", "Tries", "Last", "Next");

  @Mixin ApiClient client;

  @Parameters(paramLabel = "WEBHOOK_ID", description = WebhookCommand.ID)
  String id;

  @Option(
      names = "--state",
      paramLabel = "STATE",
      description = "Only those: pending, dead or delivered.")
  String state;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "100",
      description = "Of each state at most, 1000 at the utmost; default ${DEFAULT-VALUE}.")
  int limit;

  private record One(
      String deliveryId,
      String eventType,
      String state,
      int tries,
      String lastError,
      String lastTriedAt,
      String nextTryAt) {}

  private record All(List<One> data) {}

  @Override
  public Integer call() throws InterruptedException {
    client.jsonInPipes();
    client.requireCount("--limit", limit, 1000);
    String path = WebhookCommand.path(id) + "/deliveries?limit=" + limit;
    return client.show(
        state == null ? path : path + "&state=" + RestClient.part(state),
        All.class,
        all ->
            client
                .output()
                .table(HEADERS, all.data().stream().map(WebhookDeliveriesCommand::row).toList()));
  }

  private static List<String> row(One one) {
    return WebhookCommand.texts(
        one.deliveryId,
        one.eventType,
        one.state,
        Integer.toString(one.tries),
        one.lastError == null ? one.lastTriedAt : one.lastError,
        one.nextTryAt);
  }
}
