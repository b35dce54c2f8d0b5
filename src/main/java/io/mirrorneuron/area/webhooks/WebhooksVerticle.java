package io.mirrorneuron.area.webhooks;

import io.mirrorneuron.bus.ApiCall;
import io.mirrorneuron.bus.AreaVerticle;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.event.TriggerEvents;
import io.mirrorneuron.store.RecordStore;
import io.mirrorneuron.wire.Json;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/** The area {@code webhooks}. */
public final class WebhooksVerticle extends AreaVerticle {
  private static final int LIMIT = 32;
  private static final int TOKEN_BYTES = 32;
  private static final int ID_BYTES = 8;
  private static final String USUAL_TYPE = "webhook_received";

  private final Optional<RecordStore> records;
  private final TriggerEvents events;
  private final Clock clock;
  private final SecureRandom random = new SecureRandom();

  /** What is asked for. */
  private record Wanted(String name, String eventType, String signature, String secret) {}

  private record Hooks(List<Webhook.View> data) {}

  private record Deleted(String webhookId, String status) {}

  /**
   * @param records empty when the runtime is elsewhere: its own server has the webhooks then
   */
  public WebhooksVerticle(Optional<RecordStore> records, TriggerEvents events, Clock clock) {
    super("webhooks", LIMIT);
    this.records = records;
    this.events = events;
    this.clock = clock;
    on("listWebhooks", call -> new Hooks(hooks().list().stream().map(Webhook::shown).toList()));
    on("createWebhook", this::create);
    on("getWebhook", call -> hooks().get(call.text("webhook_id")).shown());
    on("rotateWebhook", this::rotate);
    on("deleteWebhook", this::delete);
    on("receiveHook", this::receive);
    admits("receiveHook", call -> new HookIntake(hooks(), events, clock).at(call.text("token")));
  }

  private WebhookRecords hooks() {
    return new WebhookRecords(
        records.orElseThrow(
            () ->
                new MnException(
                    ErrorCode.UNIMPLEMENTED,
                    "unimplemented",
                    "webhooks are kept by the server of the runtime; ask that one")));
  }

  private Webhook.View create(ApiCall call) {
    Wanted wanted = Json.read(call.body(), Wanted.class, "body");
    HookSignature signature =
        HookSignature.valueOf(
            Objects.requireNonNullElse(wanted.signature, "generic").toUpperCase(Locale.ROOT));
    String token = token();
    String secret =
        signature == HookSignature.NONE
            ? null
            : Objects.requireNonNullElseGet(wanted.secret, this::secret);
    String now = Json.timestamp(clock.instant());
    Webhook hook =
        new Webhook(
            "hook_" + HexFormat.of().formatHex(bytes(ID_BYTES)),
            wanted.name,
            Objects.requireNonNullElse(wanted.eventType, USUAL_TYPE),
            signature,
            secret,
            hash(token),
            now,
            now);
    hooks().add(hook);
    return hook.shownOnce(token, secret);
  }

  private Webhook.View rotate(ApiCall call) {
    WebhookRecords hooks = hooks();
    Webhook before = hooks.get(call.text("webhook_id"));
    String token = token();
    String secret = before.secret() == null ? null : secret();
    Webhook after = before.with(secret, hash(token), Json.timestamp(clock.instant()));
    hooks.replace(before, after);
    return after.shownOnce(token, secret);
  }

  private Deleted delete(ApiCall call) {
    String id = call.text("webhook_id");
    hooks().delete(id);
    return new Deleted(id, "deleted");
  }

  private HookIntake.Accepted receive(ApiCall call) {
    Delivery delivery = new Delivery(call.raw(), call::text);
    return new HookIntake(hooks(), events, clock).receive(call.text("token"), delivery);
  }

  private String token() {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes(TOKEN_BYTES));
  }

  private String secret() {
    return "whsec_" + Base64.getEncoder().encodeToString(bytes(TOKEN_BYTES));
  }

  private byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  private static String hash(String token) {
    return HookSignature.digest(token.getBytes(StandardCharsets.UTF_8));
  }
}
