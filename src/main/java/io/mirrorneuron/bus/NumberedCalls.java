package io.mirrorneuron.bus;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The calls of an area whose callers tell it when they do not wait any more. Thread-safe. */
final class NumberedCalls {
  private final Map<Long, Promise<Void>> open = new ConcurrentHashMap<>();

  /** Calls without a number are passed over: their callers tell nothing. */
  void begin(ApiCall call) {
    if (call.number() != null) {
      open.put(call.number(), Promise.promise());
    }
  }

  void end(ApiCall call) {
    if (call.number() != null) {
      open.remove(call.number());
    }
  }

  /** The caller waits no more; a call that is not known here is one of another area. */
  void gone(long number) {
    Promise<Void> call = open.get(number);
    if (call != null) {
      call.tryComplete();
    }
  }

  /** Completes when the caller waits no more; never when it is answered before. */
  Future<Void> gone(ApiCall call) {
    Promise<Void> known = call.number() == null ? null : open.get(call.number());
    return known == null ? Promise.<Void>promise().future() : known.future();
  }
}
