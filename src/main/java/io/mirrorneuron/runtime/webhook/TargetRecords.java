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

/** Targets in the store. Thread-safe; what answers no stage blocks. */
final class TargetRecords {
  private static final String KIND = "webhook-targets";

  /** How old what is known of all targets may be. */
  static final long KNOWN_MS = 1_000;

  /**
   * All targets, as they were read.
   *
   * @param until when they are to be read again, by {@link Timers#ticks}
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

  /** The same as it was a moment ago: who tells an event asks each time. */
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
   * @throws MnException CONFLICT when somebody else was faster
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
