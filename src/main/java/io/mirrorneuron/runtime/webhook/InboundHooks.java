package io.mirrorneuron.runtime.webhook;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectReader;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.schedule.InboundWebhooks;
import io.mirrorneuron.port.schedule.InboundWebhooks.AcceptedHook;
import io.mirrorneuron.port.schedule.InboundWebhooks.HookDelivery;
import io.mirrorneuron.port.schedule.InboundWebhooks.InboundWebhook;
import io.mirrorneuron.port.schedule.InboundWebhooks.NewHook;
import io.mirrorneuron.port.schedule.TriggerEvents;
import io.mirrorneuron.port.schedule.TriggerEvents.EmittedEvent;
import io.mirrorneuron.port.schedule.TriggerEvents.NewEvent;
import io.mirrorneuron.runtime.schedule.event.InputLimits;
import io.mirrorneuron.security.StandardWebhooks;
import io.mirrorneuron.store.RecordStore;
import io.mirrorneuron.store.RecordStore.StoredRecord;
import io.mirrorneuron.wire.Json;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;

/** The inbound webhooks of the runtime in this process. */
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

  /** Validates new webhooks. Pure. */
  private static final class HookRules {
    private static final String USUAL_TYPE = "webhook_received";
    private static final int LONGEST_NAME = 100;
    private static final int SHORTEST_SECRET = 16;
    private static final int LONGEST_SECRET = 255;

    private HookRules() {}

    /**
     * The signature of its senders.
     *
     * @throws MnException INVALID
     */
    static HookSignature checked(NewHook wanted) {
      if (wanted.name() == null || wanted.name().isBlank()) {
        throw MnException.invalid("name is required");
      }
      require("name", wanted.name());
      if (wanted.name().length() > LONGEST_NAME) {
        throw MnException.invalid("name must have at most %d characters".formatted(LONGEST_NAME));
      }
      require("event_type", eventType(wanted));
      HookSignature signature = signature(wanted.signature());
      if (wanted.secret() != null) {
        requireSecret(signature, wanted.secret());
      }
      return signature;
    }

    static String eventType(NewHook wanted) {
      return Objects.requireNonNullElse(wanted.eventType(), USUAL_TYPE);
    }

    private static void require(String name, String word) {
      String fault = InputLimits.wordFault(word);
      if (fault != null) {
        throw MnException.invalid(name + " " + fault);
      }
    }

    private static HookSignature signature(String word) {
      try {
        return HookSignature.valueOf(
            Objects.requireNonNullElse(word, "generic").toUpperCase(Locale.ROOT));
      } catch (IllegalArgumentException e) {
        throw MnException.invalid("signature must be generic, github, stripe or none");
      }
    }

    /**
     * @throws MnException INVALID when the secret cannot be used for signing
     */
    static void requireSecret(HookSignature signature, String secret) {
      if (signature == HookSignature.NONE) {
        throw MnException.invalid("secret means nothing without a signature");
      }
      if (secret == null || secret.length() < SHORTEST_SECRET || secret.length() > LONGEST_SECRET) {
        throw MnException.invalid(
            "secret must have %d to %d characters".formatted(SHORTEST_SECRET, LONGEST_SECRET));
      }
      if (signature == HookSignature.GENERIC && !StandardWebhooks.isSecret(secret)) {
        throw MnException.invalid(
            "secret must be whsec_ and base64, or text that does not begin so");
      }
    }
  }

  /** Turns deliveries to webhooks into events. */
  private record HookIntake(WebhookRecords hooks, TriggerEvents events, Clock clock) {
    private static final TypeReference<Map<String, Object>> ANY = new TypeReference<>() {};
    private static final ObjectReader STRICT =
        Json.MAPPER.readerFor(Object.class).with(StreamReadFeature.STRICT_DUPLICATE_DETECTION);
    private static final int DIGITS = 32;

    /**
     * @throws MnException NOT_FOUND for an unknown token, which is not repeated; FORBIDDEN for a
     *     wrong signature
     */
    AcceptedHook receive(String token, HookDelivery delivery) {
      Webhook hook = at(token);
      String name = proved(hook, delivery, clock.instant());
      String id = name == null ? null : eventId(hook, name);
      Map<String, Object> payload = payload(delivery.body());
      payload.put("_hook", about(hook, delivery));
      EmittedEvent reported =
          events.emit(new NewEvent(id, hook.eventType(), NewEvent.WEBHOOK + hook.name(), payload));
      return new AcceptedHook(reported.eventId(), reported.status());
    }

    /** The id of the delivery, if it was signed with a secret that is valid now. */
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
     * @throws MnException NOT_FOUND for an unknown token
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

    /** A JSON object as it is; anything else as {@code body}. */
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

  /**
   * Stores webhooks by id, and their ids by token hash. The second record is only an index; the
   * first decides.
   */
  private static final class WebhookRecords {
    private static final String HOOKS = "webhooks";
    private static final String TOKENS = "webhook-tokens";

    private final RecordStore store;

    /** The value stored under a token hash. */
    private record Target(String webhookId) {}

    WebhookRecords(RecordStore store) {
      this.store = store;
    }

    List<Webhook> list() {
      return await(store.list(HOOKS, "", InboundWebhooks.MOST)).stream()
          .map(WebhookRecords::read)
          .toList();
    }

    Webhook get(String id) {
      return read(stored(id));
    }

    /** Empty when no webhook has this token now. */
    Optional<Webhook> byToken(String hash, Instant now) {
      return await(store.read(TOKENS, hash))
          .map(target -> Json.read(target.json(), Target.class, "stored token").webhookId())
          .flatMap(id -> await(store.read(HOOKS, id)))
          .map(WebhookRecords::read)
          .filter(hook -> hook.opens(hash, now));
    }

    void add(Webhook hook) {
      if (list().size() >= InboundWebhooks.MOST) {
        throw new MnException(
            ErrorCode.EXHAUSTED,
            "too_many_webhooks",
            "there are %d webhooks".formatted(InboundWebhooks.MOST));
      }
      point(hook);
      await(store.write(HOOKS, hook.webhookId(), 0, Json.write(hook), RecordStore.NEVER));
    }

    private void point(Webhook hook) {
      String target = Json.write(new Target(hook.webhookId()));
      await(store.write(TOKENS, hook.tokenHash(), 0, target, RecordStore.NEVER));
    }

    /**
     * Tokens of the old version that the new one lacks become invalid.
     *
     * @throws MnException CONFLICT when another caller changed it first
     */
    void replace(Webhook before, Webhook after) {
      StoredRecord stored = stored(before.webhookId());
      boolean isMoved = !after.tokenHash().equals(before.tokenHash());
      if (isMoved) {
        point(after);
      }
      Optional<Long> written =
          read(stored).equals(before)
              ? await(
                  store.write(
                      HOOKS,
                      before.webhookId(),
                      stored.revision(),
                      Json.write(after),
                      RecordStore.NEVER))
              : Optional.empty();
      if (written.isPresent()) {
        before.tokenHashes().filter(one -> !isAmong(after, one)).forEach(this::forget);
      } else {
        if (isMoved) {
          forget(after.tokenHash());
        }
        throw new MnException(ErrorCode.CONFLICT, "conflict", "somebody else has changed it");
      }
    }

    void delete(String id) {
      StoredRecord stored = stored(id);
      if (await(store.delete(HOOKS, id, stored.revision()))) {
        read(stored).tokenHashes().forEach(this::forget);
      }
    }

    private static boolean isAmong(Webhook hook, String hash) {
      return hook.tokenHashes().anyMatch(hash::equals);
    }

    private void forget(String hash) {
      await(store.read(TOKENS, hash))
          .ifPresent(target -> await(store.delete(TOKENS, target.id(), target.revision())));
    }

    private StoredRecord stored(String id) {
      return await(store.read(HOOKS, id)).orElseThrow(() -> MnException.notFound("webhook", id));
    }

    private static Webhook read(StoredRecord stored) {
      return Json.read(stored.json(), Webhook.class, "stored webhook");
    }

    private static <T> T await(CompletionStage<T> stage) {
      try {
        return stage.toCompletableFuture().join();
      } catch (CompletionException e) {
        throw e.getCause() instanceof MnException failure ? failure : e;
      }
    }
  }

  /**
   * A stored inbound webhook.
   *
   * @param eventType of its events
   * @param secret with which senders sign; null where they do not
   * @param tokenHash of the end of the address; the token itself is not stored
   * @param previous secret and token before the last change; null for none
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record Webhook(
      String webhookId,
      String name,
      String eventType,
      HookSignature signature,
      String secret,
      String tokenHash,
      String createdAt,
      String updatedAt,
      Previous previous) {

    /**
     * Secret and token that are accepted beside the present ones.
     *
     * @param until exclusive, milliseconds since the epoch
     */
    record Previous(String secret, String tokenHash, long until) {
      boolean isValid(Instant now) {
        return now.toEpochMilli() < until;
      }
    }

    /**
     * With a new secret or token.
     *
     * @param until when the present ones become invalid; not after {@code now} for at once
     */
    Webhook with(String newSecret, String newTokenHash, Instant now, Instant until) {
      return new Webhook(
          webhookId,
          name,
          eventType,
          signature,
          newSecret,
          newTokenHash,
          createdAt,
          Json.timestamp(now),
          until.isAfter(now) ? new Previous(secret, tokenHash, until.toEpochMilli()) : null);
    }

    private boolean hasPrevious(Instant now) {
      return previous != null && previous.isValid(now);
    }

    boolean opens(String hash, Instant now) {
      return tokenHash.equals(hash) || hasPrevious(now) && previous.tokenHash.equals(hash);
    }

    /** Secrets valid now, newest first. */
    List<String> secrets(Instant now) {
      List<String> all = new ArrayList<>();
      all.add(secret); // null where senders do not sign
      if (hasPrevious(now) && !Objects.equals(previous.secret, secret)) {
        all.add(previous.secret);
      }
      return all;
    }

    /** All tokens, including those that are no longer valid. */
    Stream<String> tokenHashes() {
      return Stream.concat(
              Stream.of(tokenHash), Stream.ofNullable(previous).map(Previous::tokenHash))
          .distinct();
    }

    InboundWebhook shown(Instant now) {
      return shownOnce(now, null, null);
    }

    /** Adds the values that are shown only now. */
    InboundWebhook shownOnce(Instant now, String token, String shownSecret) {
      return new InboundWebhook(
          webhookId,
          name,
          "inbound",
          eventType,
          signature.name().toLowerCase(Locale.ROOT),
          hasPrevious(now) ? Json.timestamp(Instant.ofEpochMilli(previous.until)) : null,
          createdAt,
          updatedAt,
          token,
          token == null ? null : "/api/v1/hooks/" + token,
          shownSecret);
    }
  }
}
