package io.mirrorneuron.gateway.call;

import io.mirrorneuron.bus.ApiCall;
import io.mirrorneuron.gateway.call.AreaCall.Answer;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.Map;

/**
 * Merges calls of an operation whose answer is the same for all callers: equal calls in one turn of
 * the event loop become one call and share the bytes of its answer. A call that was already sent is
 * not joined, as it may have missed later changes: an answer is never older than its request. Runs
 * on one event loop.
 */
public final class SharedCalls {
  private final AreaCall area;
  private final Map<Map<String, Object>, Future<Answer>> gathering = new HashMap<>();

  public SharedCalls(AreaCall area) {
    this.area = area;
  }

  /**
   * @param call without a caller; not changed afterwards
   */
  public Future<Answer> ask(ApiCall call) {
    Map<String, Object> question = call.json().getMap();
    Future<Answer> same = gathering.get(question);
    if (same != null) {
      return same;
    }
    Promise<Answer> answer = Promise.promise();
    gathering.put(question, answer.future());
    Context loop = Vertx.currentContext();
    loop.runOnContext(
        all -> {
          gathering.remove(question);
          area.ask(call).onComplete(answer);
        });
    return answer.future();
  }
}
