package io.mirrorneuron.cli.schedule;

import io.mirrorneuron.cli.ApiClient;
import io.mirrorneuron.model.MnException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mn webhook update}. */
@Command(
    name = "update",
    description = {
      "Gives an address at which others tell events the secret that its sender has chosen.",
      "The address stays; the old secret is accepted too for a day, or as --overlap says."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  mn webhook update WEBHOOK_ID --secret-file stripe.secret",
      "  mn webhook update WEBHOOK_ID --secret-file stripe.secret --overlap 0"
    })
final class WebhookUpdateCommand implements Callable<Integer> {
  @Mixin ApiClient client;

  @Parameters(paramLabel = "WEBHOOK_ID", description = WebhookCommand.ID)
  String id;

  @Mixin SecretOption secret;

  @Option(names = "--overlap", paramLabel = "SECONDS", description = WebhookCommand.OVERLAP)
  Long overlap;

  @Override
  public Integer call() throws InterruptedException {
    return ToldWebhook.changed(
        client, "update", rest -> rest.patch(WebhookCommand.path(id), wanted()));
  }

  private Map<String, Object> wanted() {
    String value = secret.value();
    if (value == null) {
      throw MnException.invalid("give the secret, by --secret-file or --secret");
    }
    Map<String, Object> wanted = new LinkedHashMap<>();
    wanted.put("secret", value);
    wanted.put("overlap_seconds", overlap);
    return wanted;
  }
}
