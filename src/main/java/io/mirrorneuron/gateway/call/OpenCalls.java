package io.mirrorneuron.gateway.call;

import io.mirrorneuron.gateway.call.AreaCall.Answer;
import io.mirrorneuron.model.MnException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The unanswered calls of one endpoint, so that each is answered before the endpoint closes.
 * Thread-safe.
 */
public final class OpenCalls {
  private final Set<Open> open = ConcurrentHashMap.newKeySet();
  private volatile boolean ending;

  /** One call; compared by identity. */
  private static final class Open {
    final Promise<Answer> answer = Promise.promise();
    final boolean changes;
    final Runnable leave;

    Open(boolean changes, Runnable leave) {
      this.changes = changes;
      this.leave = leave;
    }

    void refuse() {
      String reported = "the server stops, and had no time to finish this";
      answer.tryFail(
          changes
              ? MnException.unavailable(reported, null).inDoubt("what it was about")
              : MnException.unavailable(reported + "; ask again when it is back", null));
    }
  }

  /**
   * @param asked completes with the answer of the area
   * @param changes whether the call may change something
   * @param leave makes the area answer at once where it only waits; called when the endpoint closes
   * @return the answer, or a refusal when the endpoint closed before it
   */
  Future<Answer> answer(Future<Answer> asked, boolean changes, Runnable leave) {
    Open call = new Open(changes, leave);
    open.add(call);
    asked.onComplete(
        done -> {
          open.remove(call);
          if (done.succeeded()) {
            call.answer.tryComplete(done.result());
          } else {
            call.answer.tryFail(done.cause());
          }
        });
    if (ending) {
      leave.run();
    }
    return call.answer.future();
  }

  /** Before the endpoint closes: ends the wait of long polls. */
  public void hurry() {
    ending = true;
    open.forEach(call -> call.leave.run());
  }

  /** The endpoint closes now: refuses all unanswered calls. */
  public void refuseAll() {
    open.forEach(Open::refuse);
  }
}
