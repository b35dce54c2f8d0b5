package io.mirrorneuron.cli.schedule;

import io.mirrorneuron.cli.ApiClient;
import io.mirrorneuron.cli.CommandGroup;
import io.mirrorneuron.cli.ExitCode;
import io.mirrorneuron.cli.Output;
import io.mirrorneuron.cli.RestAnswer;
import io.mirrorneuron.cli.RestClient;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mn webhook}. */
@Command(
    name = "webhook",
    description =
        "Manages webhooks: addresses that receive events, and targets that events are sent to.",
    subcommands = {
      WebhookCommand.WebhookCreateCommand.class,
      WebhookCommand.WebhookUpdateCommand.class,
      WebhookCommand.WebhookDeliveriesCommand.class
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
      "How long the old address and secret are accepted too, a week at most; a day by default.";
  private static final List<String> HEADERS =
      List.of("Webhook", "Name", "Direction", "Events", "State", "Waiting", "Dead", "Dropped");

  private record All(List<WebhookRow> data) {}

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

  private static List<String> row(WebhookRow hook) {
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
    return WebhookRow.changed(client, "rotate", rest -> rest.post(path(id) + "/rotate", wanted));
  }

  @Command(
      name = "enable",
      description = "Sends again to a target that was disabled, as it had answered 410.",
      footerHeading = "%nExamples:%n",
      footer = "  mn webhook enable WEBHOOK_ID")
  int enable(
      @Mixin ApiClient client, @Parameters(paramLabel = "WEBHOOK_ID", description = ID) String id)
      throws InterruptedException {
    return WebhookRow.changed(client, "enable", rest -> rest.post(path(id) + "/enable", Map.of()));
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
    return WebhookRow.changed(
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
    return WebhookRow.changed(client, "delete", rest -> rest.delete(path(id)));
  }

  static String path(String id) {
    return PATH + "/" + RestClient.part(id);
  }

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
  static final class WebhookUpdateCommand implements Callable<Integer> {
    @Mixin ApiClient client;

    @Parameters(paramLabel = "WEBHOOK_ID", description = WebhookCommand.ID)
    String id;

    @Mixin SecretOption secret;

    @Option(names = "--overlap", paramLabel = "SECONDS", description = WebhookCommand.OVERLAP)
    Long overlap;

    @Override
    public Integer call() throws InterruptedException {
      return WebhookRow.changed(
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

  /** {@code mn webhook deliveries}. */
  @Command(
      name = "deliveries",
      description = "Lists what a target is to get, did not get, and got. With --json: all of it.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  mn webhook deliveries WEBHOOK_ID --state dead",
        "  mn webhook deliveries WEBHOOK_ID --json | jq -r '.data[].last_error'"
      })
  static final class WebhookDeliveriesCommand implements Callable<Integer> {
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

  /** {@code mn webhook create}. */
  @Command(
      name = "create",
      description = {
        "Makes an address that receives events, or a target that events are sent to.",
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
  static final class WebhookCreateCommand implements Callable<Integer> {
    @Mixin ApiClient client;

    @Parameters(paramLabel = "NAME", description = "For people, and in the source of events.")
    String name;

    @Option(
        names = "--url",
        paramLabel = "URL",
        description = "The address of a target; without it the webhook receives events.")
    String url;

    @Option(
        names = "--event",
        paramLabel = "TYPE",
        description =
            "Type of the events; default webhook_received. With --url: the types that are sent, also several"
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
      return WebhookRow.changed(client, "create", rest -> rest.post(WebhookCommand.PATH, wanted()));
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

  /** A secret that somebody has chosen: on the command line, or better in a file. */
  static final class SecretOption {
    private static final int LONGEST_FILE = 4 << 10;

    @Option(
        names = "--secret",
        paramLabel = "TEXT",
        description = "That senders sign with. Others on this machine can read command lines.")
    String secret;

    @Option(
        names = "--secret-file",
        paramLabel = "FILE",
        description = "The same from a file; blanks and line ends around it are not of it.")
    Path file;

    /**
     * Null when none is given.
     *
     * @throws MnException INVALID
     */
    String value() {
      if (secret != null && file != null) {
        throw MnException.invalid("give either --secret or --secret-file");
      }
      return file == null ? secret : read();
    }

    private String read() {
      try {
        if (Files.size(file) > LONGEST_FILE) {
          throw MnException.invalid("--secret-file: " + file + " is too large for a secret");
        }
        return Files.readString(file).strip();
      } catch (CharacterCodingException e) {
        throw MnException.invalid("--secret-file: " + file + " is not UTF-8 text");
      } catch (IOException e) {
        throw MnException.invalid("--secret-file: " + file + " cannot be read");
      }
    }
  }

  /**
   * What the API tells of a webhook, or of what was done with it; null for what it does not tell.
   */
  private record WebhookRow(
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
                change.with(rest),
                WebhookRow.class,
                reported -> reported.confirm(client.output(), action));
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
}
