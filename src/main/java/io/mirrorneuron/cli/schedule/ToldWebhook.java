package io.mirrorneuron.cli.schedule;

import io.mirrorneuron.cli.ApiClient;
import io.mirrorneuron.cli.ExitCode;
import io.mirrorneuron.cli.Output;
import io.mirrorneuron.cli.RestAnswer;
import io.mirrorneuron.cli.RestClient;
import java.util.List;

/** What the API tells of a webhook, or of what was done with it; null for what it does not tell. */
record ToldWebhook(
    String webhookId,
    String name,
    String direction,
    String eventType,
    List<String> events,
    String url,
    String status,
    String disabledReason,
    Integer pending,
    Integer dead,
    Integer dropped,
    Integer replayed,
    String path,
    String secret,
    String previousUntil) {

  /** What is asked of the API. */
  @FunctionalInterface
  interface Change {
    RestAnswer with(RestClient rest) throws InterruptedException;
  }

  /** Does it and says what came of it. Returns the exit code. */
  static int changed(ApiClient client, String action, Change change) throws InterruptedException {
    return client.call(
        rest -> {
          client.print(
              change.with(rest), ToldWebhook.class, told -> told.confirm(client.output(), action));
          return ExitCode.OK;
        });
  }

  private void confirm(Output output, String action) {
    output.line("Webhook " + action + " successful.");
    line(output, "Status", status);
    line(output, "Webhook ID", webhookId);
    line(output, "URL", url);
    line(output, "Path", path);
    line(output, "Replayed", replayed);
    line(output, "Still dead", replayed == null ? null : dead);
    line(output, "Secret", secret);
    line(output, "What was before is accepted until", previousUntil);
    if (path != null) {
      output.line("Note these down: they are not shown again.");
    } else if (secret != null) {
      output.line("Note it down: it is not shown again.");
    }
  }

  private static void line(Output output, String label, Object value) {
    if (value != null) {
      output.line(label + ": " + Output.printable(value.toString()));
    }
  }
}
