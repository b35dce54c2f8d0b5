package io.mirrorneuron.gateway.stream;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.bus.ApiCall;
import io.mirrorneuron.gateway.answer.Problem;
import io.mirrorneuron.wire.Json;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * What somebody wants to follow.
 *
 * @param call the parameters; without the cursor, so that all who follow the same make the same
 * @param cursor where to begin: a number, or a text that only the area understands
 * @param heartbeat after how much silence the client wants to hear something
 * @param expiry when the client must have shown its token again; null for never
 */
record Subscription(
    LiveStream stream, ApiCall call, Object cursor, Duration heartbeat, Instant expiry) {

  /** The parameters that name what is followed. */
  private static final List<String> SUBJECTS = List.of("job_id", "run_id");

  /** Equal for all who follow the same records. */
  String key() {
    return stream.operation().id() + call.json().encode();
  }

  boolean isSnapshot() {
    return stream.operation().stream().isSnapshot();
  }

  /** What a client is told when the records cannot be read any more. */
  ObjectNode reported(Problem problem) {
    ObjectNode reported = Json.object().put("error", problem.detail());
    for (String id : SUBJECTS) {
      if (call.has(id)) {
        reported.put(id, call.text(id));
      }
    }
    return reported;
  }

  /** What lies behind a cursor now. Fails as the operation does. */
  Future<EventBatch> read(Object position) {
    return read(position, Duration.ZERO);
  }

  /** What lies behind a cursor; may wait for something to be there. */
  Future<EventBatch> read(Object position, Duration wait) {
    ApiCall read =
        new ApiCall(call.json().copy()).with(stream.operation().stream().cursor(), position);
    return stream
        .area()
        .ask(wait.isZero() ? read : read.withWait(wait))
        .map(page -> EventBatch.of(page.body(), stream.operation().stream()));
  }
}
