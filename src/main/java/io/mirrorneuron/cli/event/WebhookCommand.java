package io.mirrorneuron.cli.event;

import io.mirrorneuron.cli.ApiClient;
import io.mirrorneuron.cli.CommandGroup;
import io.mirrorneuron.cli.ExitCode;
import io.mirrorneuron.cli.Output;
import io.mirrorneuron.cli.RestAnswer;
import io.mirrorneuron.cli.RestClient;
import java.util.LinkedHashMap;
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
    description = "Makes addresses at which others tell events, and looks after them.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  mn webhook create shop --event order_paid",
      "  mn webhook list",
      "  mn webhook rotate WEBHOOK_ID"
    })
public final class WebhookCommand extends CommandGroup {
  private static final String PATH = "/webhooks";
  private static final String ID = "As mn webhook list shows it.";
  private static final List<String> HEADERS =
      List.of("Webhook", "Name", "Event", "Signature", "Changed");

  /** As the API tells it. */
  private record Told(
      String webhookId,
      String name,
      String eventType,
      String signature,
      String updatedAt,
      String path,
      String secret,
      String status) {}

  private record All(List<Told> data) {}

  @Command(
      name = "list",
      description = "Lists the webhooks. Addresses and secrets are not shown again.",
      footerHeading = "%nExamples:%n",
      footer = {"  mn webhook list", "  mn webhook list --json | jq -r '.data[].webhook_id'"})
  int list(@Mixin ApiClient client) throws InterruptedException {
    return client.show(
        PATH,
        All.class,
        all ->
            client.output().table(HEADERS, all.data().stream().map(WebhookCommand::row).toList()));
  }

  private static List<String> row(Told hook) {
    return Stream.of(hook.webhookId, hook.name, hook.eventType, hook.signature, hook.updatedAt)
        .map(text -> Objects.requireNonNullElse(text, ""))
        .toList();
  }

  @Command(
      name = "create",
      description = {
        "Makes an address at which others tell events.",
        "It is shown now and never again, as is the secret with which senders sign."
      },
      footerHeading = "%nExamples:%n",
      footer = {
        "  mn webhook create shop --event order_paid",
        "  mn webhook create pushes --event code_pushed --signature github"
      })
  int create(
      @Mixin ApiClient client,
      @Parameters(paramLabel = "NAME", description = "For people, and in the source of events.")
          String name,
      @Option(
              names = "--event",
              paramLabel = "TYPE",
              description = "Type of the events; default webhook_received.")
          String event,
      @Option(
              names = "--signature",
              paramLabel = "FORM",
              description =
                  "How senders sign: generic (Standard Webhooks), github, stripe or none;"
                      + " default generic.")
          String signature)
      throws InterruptedException {
    Map<String, Object> wanted = new LinkedHashMap<>();
    wanted.put("name", name);
    wanted.put("event_type", event);
    wanted.put("signature", signature);
    return changed(client, "create", rest -> rest.post(PATH, wanted));
  }

  @Command(
      name = "rotate",
      description = "Gives a webhook a new address and a new secret; the old ones open nothing.",
      footerHeading = "%nExamples:%n",
      footer = "  mn webhook rotate WEBHOOK_ID")
  int rotate(
      @Mixin ApiClient client, @Parameters(paramLabel = "WEBHOOK_ID", description = ID) String id)
      throws InterruptedException {
    return changed(client, "rotate", rest -> rest.post(path(id) + "/rotate", Map.of()));
  }

  @Command(
      name = "delete",
      description = "Deletes a webhook; its address is unknown from then on.",
      footerHeading = "%nExamples:%n",
      footer = "  mn webhook delete WEBHOOK_ID")
  int delete(
      @Mixin ApiClient client, @Parameters(paramLabel = "WEBHOOK_ID", description = ID) String id)
      throws InterruptedException {
    return changed(client, "delete", rest -> rest.delete(path(id)));
  }

  private static String path(String id) {
    return PATH + "/" + RestClient.part(id);
  }

  /** What is asked of the API. */
  @FunctionalInterface
  private interface Change {
    RestAnswer with(RestClient rest) throws InterruptedException;
  }

  private static int changed(ApiClient client, String action, Change change)
      throws InterruptedException {
    return client.call(
        rest -> {
          client.print(
              change.with(rest), Told.class, told -> confirm(client.output(), action, told));
          return ExitCode.OK;
        });
  }

  private static void confirm(Output output, String action, Told told) {
    output.line("Webhook " + action + " successful.");
    line(output, "Status", told.status);
    line(output, "Webhook ID", told.webhookId);
    line(output, "Path", told.path);
    line(output, "Secret", told.secret);
    if (told.path != null) {
      output.line("Note these down: they are not shown again.");
    }
  }

  private static void line(Output output, String label, String text) {
    if (text != null) {
      output.line(label + ": " + Output.printable(text));
    }
  }
}
