package io.mirrorneuron.runtime.webhook;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.schedule.InboundWebhooks;
import io.mirrorneuron.store.RecordStore;
import io.mirrorneuron.store.RecordStore.StoredRecord;
import io.mirrorneuron.wire.Json;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/**
 * Webhooks in the store: each by its id, and under the hash of its token the id. The second is only
 * a way to the first, which decides.
 */
final class WebhookRecords {
  private static final String HOOKS = "webhooks";
  private static final String TOKENS = "webhook-tokens";

  private final RecordStore store;

  /** What lies under the hash of a token. */
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
   * What opened the one before, and not the one after, opens nothing from then on.
   *
   * @throws MnException CONFLICT when somebody else was faster
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
