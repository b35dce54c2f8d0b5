package io.mirrorneuron.runtime.webhook;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectReader;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.schedule.AcceptedHook;
import io.mirrorneuron.port.schedule.EmittedEvent;
import io.mirrorneuron.port.schedule.HookDelivery;
import io.mirrorneuron.port.schedule.NewEvent;
import io.mirrorneuron.port.schedule.TriggerEvents;
import io.mirrorneuron.wire.Json;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Makes events of what is sent to webhooks. */
record HookIntake(WebhookRecords hooks, TriggerEvents events, Clock clock) {
  private static final TypeReference<Map<String, Object>> ANY = new TypeReference<>() {};
  private static final ObjectReader STRICT =
      Json.MAPPER.readerFor(Object.class).with(StreamReadFeature.STRICT_DUPLICATE_DETECTION);
  private static final int DIGITS = 32;

  /**
   * @throws MnException NOT_FOUND for a token that opens nothing, which is not repeated; FORBIDDEN
   *     for a wrong signature
   */
  AcceptedHook receive(String token, HookDelivery delivery) {
    Webhook hook = at(token);
    String name = proved(hook, delivery, clock.instant());
    String id = name == null ? null : eventId(hook, name);
    Map<String, Object> payload = payload(delivery.body());
    payload.put("_hook", about(hook, delivery));
    EmittedEvent told =
        events.emit(new NewEvent(id, hook.eventType(), NewEvent.WEBHOOK + hook.name(), payload));
    return new AcceptedHook(told.eventId(), told.status());
  }

  /** What names the delivery, if it was signed with one of the secrets that are valid now. */
  private static String proved(Webhook hook, HookDelivery delivery, Instant now) {
    List<String> secrets = hook.secrets(now);
    MnException refusal = null;
    for (String secret : secrets) {
      try {
        return hook.signature().proved(secret, delivery, now);
      } catch (MnException e) {
        refusal = refusal == null ? e : refusal;
      }
    }
    throw refusal;
  }

  /**
   * @throws MnException NOT_FOUND for a token that opens nothing
   */
  Webhook at(String token) {
    return hooks
        .byToken(HookSignature.digest(token.getBytes(StandardCharsets.UTF_8)), clock.instant())
        .orElseThrow(
            () ->
                new MnException(
                    ErrorCode.NOT_FOUND, "not_found", "there is no webhook at this address"));
  }

  private static String eventId(Webhook hook, String name) {
    String whole = hook.webhookId() + "\0" + name;
    return "event_"
        + HookSignature.digest(whole.getBytes(StandardCharsets.UTF_8)).substring(0, DIGITS);
  }

  /** An object as it is; anything else as {@code body}. */
  private static Map<String, Object> payload(byte[] body) {
    String text = new String(body, StandardCharsets.UTF_8);
    try {
      Object read = STRICT.readValue(text);
      return read instanceof Map<?, ?>
          ? new LinkedHashMap<>(Json.MAPPER.convertValue(read, ANY))
          : new LinkedHashMap<>(Map.of("body", read == null ? "" : read));
    } catch (StreamConstraintsException e) {
      throw MnException.invalid(
          e.getOriginalMessage().contains("nesting")
              ? "the body is nested too deeply; a payload has 64 levels at most"
              : "the body has a text, a name or a number that is too long");
    } catch (JsonProcessingException e) {
      if (e.getOriginalMessage().startsWith("Duplicate field")) {
        throw MnException.malformed("an object of the body has a member twice");
      }
      return new LinkedHashMap<>(Map.of("body", text));
    }
  }

  private static Map<String, Object> about(Webhook hook, HookDelivery delivery) {
    Map<String, Object> about = new LinkedHashMap<>();
    about.put("webhook_id", hook.webhookId());
    about.put("name", hook.name());
    String event = delivery.header("X-GitHub-Event");
    if (event != null) {
      about.put("event", event);
    }
    return about;
  }
}
