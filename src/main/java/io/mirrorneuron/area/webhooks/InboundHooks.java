package io.mirrorneuron.area.webhooks;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.event.TriggerEvents;
import io.mirrorneuron.security.StandardWebhooks;
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

/** Addresses at which others tell what happened. Blocking. */
public final class InboundHooks {
  private static final int TOKEN_BYTES = 32;
  private static final int ID_BYTES = 8;
  private static final String USUAL_TYPE = "webhook_received";

  private final Optional<RecordStore> records;
  private final TriggerEvents events;
  private final Clock clock;
  private final SecureRandom random = new SecureRandom();

  /**
   * @param records empty when the runtime is elsewhere: its own server has the webhooks then
   */
  public InboundHooks(Optional<RecordStore> records, TriggerEvents events, Clock clock) {
    this.records = records;
    this.events = events;
    this.clock = clock;
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

  List<Webhook.View> list() {
    return hooks().list().stream().map(Webhook::shown).toList();
  }

  Webhook.View get(String id) {
    return hooks().get(id).shown();
  }

  Webhook.View create(NewWebhook wanted) {
    HookSignature signature =
        HookSignature.valueOf(
            Objects.requireNonNullElse(wanted.signature(), "generic").toUpperCase(Locale.ROOT));
    String token = token();
    String secret =
        signature == HookSignature.NONE
            ? null
            : Objects.requireNonNullElseGet(wanted.secret(), () -> StandardWebhooks.secret(random));
    String now = Json.timestamp(clock.instant());
    Webhook hook =
        new Webhook(
            "hook_" + HexFormat.of().formatHex(bytes(ID_BYTES)),
            wanted.name(),
            Objects.requireNonNullElse(wanted.eventType(), USUAL_TYPE),
            signature,
            secret,
            hash(token),
            now,
            now);
    hooks().add(hook);
    return hook.shownOnce(token, secret);
  }

  Webhook.View rotate(String id) {
    WebhookRecords hooks = hooks();
    Webhook before = hooks.get(id);
    String token = token();
    String secret = before.secret() == null ? null : StandardWebhooks.secret(random);
    Webhook after = before.with(secret, hash(token), Json.timestamp(clock.instant()));
    hooks.replace(before, after);
    return after.shownOnce(token, secret);
  }

  void delete(String id) {
    hooks().delete(id);
  }

  HookIntake.Accepted receive(String token, Delivery delivery) {
    return intake().receive(token, delivery);
  }

  /** See {@link HookIntake#at}. */
  Webhook at(String token) {
    return intake().at(token);
  }

  private HookIntake intake() {
    return new HookIntake(hooks(), events, clock);
  }

  private String token() {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes(TOKEN_BYTES));
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
