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
 * A request to follow a stream.
 *
 * @param call the parameters; without the cursor, so that calls for the same records are equal
 * @param cursor where to begin: a number, or a text that only the area understands
 * @param heartbeat silence before a heartbeat
 * @param expiry of the client's token; null for never
 */
record Subscription(
    LiveStream stream, ApiCall call, Object cursor, Duration heartbeat, Instant expiry) {

  /** The parameters that identify the stream's subject. */
  private static final List<String> SUBJECTS = List.of("job_id", "run_id");

  /** Equal for all subscriptions to the same records. */
  String key() {
    return stream.operation().id() + call.json().encode();
  }

  boolean isSnapshot() {
    return stream.operation().stream().isSnapshot();
  }

  /** The message to the client when the records cannot be read any more. */
  ObjectNode reported(Problem problem) {
    ObjectNode reported = Json.object().put("error", problem.detail());
    for (String id : SUBJECTS) {
      if (call.has(id)) {
        reported.put(id, call.text(id));
      }
    }
    return reported;
  }

  /** Reads the present page after a cursor. Fails as the operation does. */
  Future<EventBatch> read(Object position) {
    return read(position, Duration.ZERO);
  }

  /** Reads the page after a cursor; may wait for records. */
  Future<EventBatch> read(Object position, Duration wait) {
    ApiCall read =
        new ApiCall(call.json().copy()).with(stream.operation().stream().cursor(), position);
    return stream
        .area()
        .ask(wait.isZero() ? read : read.withWait(wait))
        .map(page -> EventBatch.of(page.body(), stream.operation().stream()));
  }
}
