package io.mirrorneuron.gateway.stream;

import io.vertx.core.Future;
import java.util.HashMap;
import java.util.Map;

/**
 * Merges equal cursor reads that answer at once: many clients that ask for the same page at the
 * same time, as after a reconnect, share one read. Runs on one event loop.
 *
 * <p>A read that began before a caller asked may miss records that existed by then. The caller
 * takes its records, since later ones follow by the cursor; if the read finds nothing or fails, the
 * caller shares the next read with all callers in the same situation. So each caller waits for at
 * most two reads.
 */
final class SharedReads {

  private record Page(String key, Object cursor) {}

  private final Map<Page, Flight> flights = new HashMap<>();

  Future<EventBatch> first(Subscription subscription) {
    return read(subscription, subscription.cursor());
  }

  Future<EventBatch> read(Subscription source, Object cursor) {
    Page page = new Page(source.key(), cursor);
    Flight flight = flights.get(page);
    return flight == null ? new Flight(page, source).begin() : flight.join();
  }

  private final class Flight {
    private final Page page;
    private final Subscription source;
    private Future<EventBatch> result;

    /** The next read, for callers that joined a running read that found nothing. */
    private Future<EventBatch> next;

    Flight(Page page, Subscription source) {
      this.page = page;
      this.source = source;
    }

    Future<EventBatch> begin() {
      flights.put(page, this);
      result = source.read(page.cursor());
      return result.onComplete(done -> flights.remove(page, this));
    }

    Future<EventBatch> join() {
      return result.transform(
          found -> found.succeeded() && !found.result().isEmpty() ? result : next());
    }

    private Future<EventBatch> next() {
      if (next == null) {
        next = new Flight(page, source).begin();
      }
      return next;
    }
  }
}
