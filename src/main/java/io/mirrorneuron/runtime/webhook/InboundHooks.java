package io.mirrorneuron.runtime.webhook;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.schedule.AcceptedHook;
import io.mirrorneuron.port.schedule.HookDelivery;
import io.mirrorneuron.port.schedule.InboundWebhook;
import io.mirrorneuron.port.schedule.InboundWebhooks;
import io.mirrorneuron.port.schedule.NewHook;
import io.mirrorneuron.port.schedule.TriggerEvents;
import io.mirrorneuron.security.StandardWebhooks;
import io.mirrorneuron.store.RecordStore;
import io.mirrorneuron.wire.Json;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;

/** The addresses of the runtime in this process. */
public final class InboundHooks implements InboundWebhooks {
  private static final int TOKEN_BYTES = 32;
  private static final int ID_BYTES = 8;

  private final WebhookRecords hooks;
  private final HookIntake intake;
  private final Clock clock;
  private final SecureRandom random = new SecureRandom();

  public InboundHooks(RecordStore records, TriggerEvents events, Clock clock) {
    this.hooks = new WebhookRecords(records);
    this.intake = new HookIntake(hooks, events, clock);
    this.clock = clock;
  }

  @Override
  public List<InboundWebhook> list() {
    Instant now = clock.instant();
    return hooks.list().stream().map(hook -> hook.shown(now)).toList();
  }

  @Override
  public InboundWebhook get(String id) {
    return hooks.get(id).shown(clock.instant());
  }

  @Override
  public InboundWebhook create(NewHook wanted) {
    HookSignature signature = HookRules.checked(wanted);
    String token = token();
    String secret =
        signature == HookSignature.NONE
            ? null
            : Objects.requireNonNullElseGet(wanted.secret(), () -> StandardWebhooks.secret(random));
    Instant now = clock.instant();
    Webhook hook =
        new Webhook(
            "hook_" + HexFormat.of().formatHex(bytes(ID_BYTES)),
            wanted.name(),
            HookRules.eventType(wanted),
            signature,
            secret,
            hash(token),
            Json.timestamp(now),
            Json.timestamp(now),
            null);
    hooks.add(hook);
    return hook.shownOnce(now, token, secret);
  }

  @Override
  public InboundWebhook change(String id, String secret, Duration overlap) {
    Webhook before = hooks.get(id);
    HookRules.requireSecret(before.signature(), secret);
    Instant now = clock.instant();
    Webhook after = before.with(secret, before.tokenHash(), now, now.plus(checked(overlap)));
    hooks.replace(before, after);
    return after.shown(now);
  }

  @Override
  public InboundWebhook rotate(String id, Duration overlap) {
    Webhook before = hooks.get(id);
    String token = token();
    String secret = before.secret() == null ? null : StandardWebhooks.secret(random);
    Instant now = clock.instant();
    Webhook after = before.with(secret, hash(token), now, now.plus(checked(overlap)));
    hooks.replace(before, after);
    return after.shownOnce(now, token, secret);
  }

  private static Duration checked(Duration overlap) {
    if (overlap == null) {
      return USUAL_OVERLAP;
    }
    if (overlap.isNegative() || overlap.compareTo(LONGEST_OVERLAP) > 0) {
      throw MnException.invalid(
          "overlap_seconds must be from 0 to %d".formatted(LONGEST_OVERLAP.toSeconds()));
    }
    return overlap;
  }

  @Override
  public void delete(String id) {
    hooks.delete(id);
  }

  @Override
  public void requireKnown(String token) {
    intake.at(token);
  }

  @Override
  public AcceptedHook receive(String token, HookDelivery delivery) {
    return intake.receive(token, delivery);
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
