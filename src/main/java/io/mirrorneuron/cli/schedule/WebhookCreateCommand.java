package io.mirrorneuron.cli.schedule;

import io.mirrorneuron.cli.ApiClient;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mn webhook create}. */
@Command(
    name = "create",
    description = {
      "Makes an address at which others tell events, or a target that is told them.",
      "With --url it is a target. Address and secret are shown now and never again."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  mn webhook create shop --event order_paid",
      "  mn webhook create pay --signature stripe --secret-file stripe.secret",
      "  mn webhook create pushes --event code_pushed --signature github",
      "  mn webhook create ops --url https://ops.example/hook --event job_failed --event 'service_*'",
      "  mn webhook create night --url https://ops.example/hook --event 'job_*' \\",
      "    --filters-json '{\"graph_id\": \"nightly\"}'"
    })
final class WebhookCreateCommand implements Callable<Integer> {
  @Mixin ApiClient client;

  @Parameters(paramLabel = "NAME", description = "For people, and in the source of events.")
  String name;

  @Option(
      names = "--url",
      paramLabel = "URL",
      description = "Where it is told what happens here; without it others tell.")
  String url;

  @Option(
      names = "--event",
      paramLabel = "TYPE",
      description =
          "Type of the events; default webhook_received. With --url: what is told, also several"
              + " times, and with * at its end.")
  List<String> events = new ArrayList<>();

  @Option(
      names = "--filters-json",
      paramLabel = "JSON",
      description = "With --url: what events must have, as filters of schedules.")
  String filters;

  @Option(
      names = "--signature",
      paramLabel = "FORM",
      description =
          "How senders sign: generic (Standard Webhooks), github, stripe or none; default generic.")
  String signature;

  @Mixin SecretOption secret;

  @Override
  public Integer call() throws InterruptedException {
    return ToldWebhook.changed(client, "create", rest -> rest.post(WebhookCommand.PATH, wanted()));
  }

  private Map<String, Object> wanted() {
    Map<String, Object> wanted = new LinkedHashMap<>();
    wanted.put("name", name);
    wanted.put("signature", signature);
    wanted.put("secret", secret.value());
    wanted.put("filters", filters == null ? null : Json.parseObject(filters, "--filters-json"));
    if (url != null) {
      wanted.put("direction", "outbound");
      wanted.put("url", url);
      wanted.put("events", events);
    } else if (events.size() > 1) {
      throw MnException.invalid("what others tell at an address has one type: give --event once");
    } else if (!events.isEmpty()) {
      wanted.put("event_type", events.getFirst());
    }
    return wanted;
  }
}
