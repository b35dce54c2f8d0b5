package io.mirrorneuron.runtime.webhook;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.schedule.OutboundWebhooks;
import io.mirrorneuron.runtime.local.Answers;
import io.mirrorneuron.runtime.port.Leader.Timers;
import io.mirrorneuron.store.RecordStore;
import io.mirrorneuron.store.RecordStore.StoredRecord;
import io.mirrorneuron.wire.Json;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;

/** Stores targets. Thread-safe; methods that return no stage block. */
final class TargetRecords {
  private static final String KIND = "webhook-targets";

  /** Longest age of the cached targets. */
  static final long KNOWN_MS = 1_000;

  /**
   * All targets as last read.
   *
   * @param until expiry, by {@link Timers#ticks}
   */
  private record Known(List<Target> targets, long until) {}

  private final RecordStore store;
  private final Timers timers;
  private volatile Known known = new Known(List.of(), Long.MIN_VALUE);

  TargetRecords(RecordStore store, Timers timers) {
    this.store = store;
    this.timers = timers;
  }

  List<Target> list() {
    return Answers.await(store.list(KIND, "", OutboundWebhooks.MOST)).stream()
        .map(TargetRecords::read)
        .toList();
  }

  /** All targets from the cache, as each event asks for them. */
  List<Target> known() {
    Known last = known;
    if (timers.ticks() < last.until()) {
      return last.targets();
    }
    long asked = timers.ticks();
    List<Target> now = list();
    known = new Known(now, asked + KNOWN_MS);
    return now;
  }

  CompletionStage<Optional<Target>> find(String id) {
    return store.read(KIND, id).thenApply(stored -> stored.map(TargetRecords::read));
  }

  Target get(String id) {
    return read(stored(id));
  }

  void add(Target target) {
    if (list().size() >= OutboundWebhooks.MOST) {
      throw new MnException(
          ErrorCode.EXHAUSTED,
          "too_many_webhooks",
          "there are %d outbound webhooks; delete one".formatted(OutboundWebhooks.MOST));
    }
    Answers.await(store.write(KIND, target.webhookId(), 0, Json.write(target), RecordStore.NEVER));
    known = new Known(List.of(), Long.MIN_VALUE);
  }

  /**
   * @throws MnException CONFLICT when another caller changed it first
   */
  Target change(String id, UnaryOperator<Target> change) {
    StoredRecord stored = stored(id);
    Target after = change.apply(read(stored));
    Answers.await(store.write(KIND, id, stored.revision(), Json.write(after), RecordStore.NEVER))
        .orElseThrow(
            () -> new MnException(ErrorCode.CONFLICT, "conflict", "somebody else has changed it"));
    return after;
  }

  void delete(String id) {
    StoredRecord stored = stored(id);
    if (!Answers.await(store.delete(KIND, id, stored.revision()))) {
      delete(id); // it was changed meanwhile
    }
  }

  private StoredRecord stored(String id) {
    return Answers.await(store.read(KIND, id))
        .orElseThrow(() -> MnException.notFound("webhook", id));
  }

  private static Target read(StoredRecord stored) {
    return Json.read(stored.json(), Target.class, "stored webhook");
  }
}
