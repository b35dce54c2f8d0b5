package io.mirrorneuron.cli.schedule;

import io.mirrorneuron.cli.ApiClient;
import io.mirrorneuron.cli.CommandGroup;
import io.mirrorneuron.cli.RestClient;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mn webhook}. */
@Command(
    name = "webhook",
    description = "Looks after addresses at which others tell events, and targets that are told.",
    subcommands = {
      WebhookCreateCommand.class,
      WebhookUpdateCommand.class,
      WebhookDeliveriesCommand.class
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  mn webhook create shop --event order_paid",
      "  mn webhook create ops --url https://ops.example/hook --event job_failed",
      "  mn webhook deliveries WEBHOOK_ID",
      "  mn webhook rotate WEBHOOK_ID"
    })
public final class WebhookCommand extends CommandGroup {
  static final String PATH = "/webhooks";
  static final String ID = "As mn webhook list shows it.";
  static final String OVERLAP =
      "How long what was before is accepted too, a week at most; a day where nobody says so.";
  private static final List<String> HEADERS =
      List.of("Webhook", "Name", "Direction", "Events", "State", "Waiting", "Dead", "Dropped");

  private record All(List<ToldWebhook> data) {}

  @Command(
      name = "list",
      description = "Lists the webhooks. Addresses and secrets are not shown again.",
      footerHeading = "%nExamples:%n",
      footer = {"  mn webhook list", "  mn webhook list --json | jq -r '.data[].webhook_id'"})
  int list(@Mixin ApiClient client) throws InterruptedException {
    client.jsonInPipes();
    return client.show(
        PATH,
        All.class,
        all ->
            client.output().table(HEADERS, all.data().stream().map(WebhookCommand::row).toList()));
  }

  private static List<String> row(ToldWebhook hook) {
    String events = hook.events() == null ? hook.eventType() : String.join(" ", hook.events());
    return texts(
        hook.webhookId(),
        hook.name(),
        hook.direction(),
        events,
        hook.status(),
        text(hook.pending()),
        text(hook.dead()),
        text(hook.dropped()));
  }

  private static String text(Integer number) {
    return number == null ? null : number.toString();
  }

  static List<String> texts(String... texts) {
    return Stream.of(texts).map(text -> Objects.requireNonNullElse(text, "")).toList();
  }

  @Command(
      name = "rotate",
      description = {
        "Gives a webhook a new address and a new secret; the old ones are accepted too for a day.",
        "Where an old one has leaked, --overlap 0 ends it at once.",
        "One that this server sends gets a new secret; the old one signs too for another day."
      },
      footerHeading = "%nExamples:%n",
      footer = {"  mn webhook rotate WEBHOOK_ID", "  mn webhook rotate WEBHOOK_ID --overlap 0"})
  int rotate(
      @Mixin ApiClient client,
      @Parameters(paramLabel = "WEBHOOK_ID", description = ID) String id,
      @Option(names = "--overlap", paramLabel = "SECONDS", description = OVERLAP) Long overlap)
      throws InterruptedException {
    Map<String, Object> wanted = overlap == null ? Map.of() : Map.of("overlap_seconds", overlap);
    return ToldWebhook.changed(client, "rotate", rest -> rest.post(path(id) + "/rotate", wanted));
  }

  @Command(
      name = "enable",
      description = "Sends again to a target that was disabled, as it had answered 410.",
      footerHeading = "%nExamples:%n",
      footer = "  mn webhook enable WEBHOOK_ID")
  int enable(
      @Mixin ApiClient client, @Parameters(paramLabel = "WEBHOOK_ID", description = ID) String id)
      throws InterruptedException {
    return ToldWebhook.changed(client, "enable", rest -> rest.post(path(id) + "/enable", Map.of()));
  }

  @Command(
      name = "replay",
      description = "Tries again what is dead: one delivery, or all of a target.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  mn webhook replay WEBHOOK_ID",
        "  mn webhook replay WEBHOOK_ID --delivery event_nightly-0001-2f-31"
      })
  int replay(
      @Mixin ApiClient client,
      @Parameters(paramLabel = "WEBHOOK_ID", description = ID) String id,
      @Option(
              names = "--delivery",
              paramLabel = "DELIVERY_ID",
              description = "Only this one, as mn webhook deliveries shows it.")
          String delivery)
      throws InterruptedException {
    Map<String, Object> wanted = delivery == null ? Map.of() : Map.of("delivery_id", delivery);
    return ToldWebhook.changed(
        client, "replay", rest -> rest.post(path(id) + "/deliveries/replay", wanted));
  }

  @Command(
      name = "delete",
      description = {
        "Deletes a webhook; its address is unknown from then on.",
        "What a target did not get yet, it never gets."
      },
      footerHeading = "%nExamples:%n",
      footer = "  mn webhook delete WEBHOOK_ID")
  int delete(
      @Mixin ApiClient client, @Parameters(paramLabel = "WEBHOOK_ID", description = ID) String id)
      throws InterruptedException {
    return ToldWebhook.changed(client, "delete", rest -> rest.delete(path(id)));
  }

  static String path(String id) {
    return PATH + "/" + RestClient.part(id);
  }
}
