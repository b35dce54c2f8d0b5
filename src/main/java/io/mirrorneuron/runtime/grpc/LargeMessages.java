package io.mirrorneuron.runtime.grpc;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The calls whose messages may be large, and the bound on what all of them together hold in memory:
 * a message is taken whole, and costs several times its size while it is read and stored. The
 * newest are refused when it is too much. Received bytes are counted every few milliseconds, since
 * the length of a message is not known before it is there. Thread-safe.
 */
final class LargeMessages {
  /** They carry files, or bodies that the API lets through. */
  private static final Set<String> CALLS =
      Set.of(
          "SubmitJob",
          "ValidateJob",
          "PlanJob",
          "DeployJob",
          "UpdateDeployment",
          "PlanDeployment",
          "DeployPlanned",
          "RestoreJobBackup",
          "SendMessage",
          "ForkJob",
          "CreateSchedule");

  /** Longest message of all other calls, in bytes. */
  static final long SMALL_BYTES = 4 << 20;

  /** Messages with fewer bytes are not counted. */
  private static final long COUNTED_FROM = 1 << 20;

  private static final long LOOK_MILLIS = 10;

  private static final String RESOURCE_EXHAUSTED = "8";
  private final Vertx vertx;
  private final long mostBytes;
  private final Map<HttpServerRequest, Context> open = new LinkedHashMap<>();
  private boolean looking;

  /**
   * @param mostBytes of all messages on their way together
   */
  LargeMessages(Vertx vertx, long mostBytes) {
    this.vertx = vertx;
    this.mostBytes = mostBytes;
  }

  /** How long a message of the call may be when the longest have so many bytes. */
  static long limit(String call, long longest) {
    return CALLS.contains(call) ? longest : Math.min(SMALL_BYTES, longest);
  }

  /** Whether the request is one of these calls. */
  static boolean mayBeLarge(HttpServerRequest request) {
    String path = String.valueOf(request.path());
    return CALLS.contains(path.substring(path.lastIndexOf('/') + 1));
  }

  /** Counts the received bytes until the request is answered. On its event loop. */
  synchronized void watch(HttpServerRequest request) {
    open.put(request, vertx.getOrCreateContext());
    lookLater();
  }

  private void lookLater() {
    if (!looking) {
      looking = true;
      vertx.setTimer(LOOK_MILLIS, due -> look());
    }
  }

  private synchronized void look() {
    looking = false;
    open.keySet().removeIf(LargeMessages::isAnswered);
    List<HttpServerRequest> large = new ArrayList<>();
    long sum = 0;
    for (HttpServerRequest request : open.keySet()) {
      if (request.bytesRead() >= COUNTED_FROM) {
        large.add(request);
        sum += request.bytesRead();
      }
    }
    while (sum > mostBytes) {
      HttpServerRequest newest = large.removeLast();
      sum -= newest.bytesRead();
      open.remove(newest).runOnContext(now -> refuse(newest));
    }
    if (!open.isEmpty()) {
      lookLater();
    }
  }

  private static boolean isAnswered(HttpServerRequest request) {
    return request.response().ended() || request.response().closed();
  }

  /** As the answer of a call that failed at once; its server ends it then. */
  private void refuse(HttpServerRequest request) {
    HttpServerResponse response = request.response();
    if (isAnswered(request) || response.headWritten()) {
      return;
    }
    response
        .putHeader("content-type", "application/grpc")
        .putHeader("grpc-status", RESOURCE_EXHAUSTED)
        .putHeader("grpc-message", refusal())
        .end();
  }

  private String refusal() {
    return "the messages on their way have more than "
        + mostBytes
        + " bytes together, an eighth of the heap: send it again later or give the server more by"
        + " MN_JVM_HEAP";
  }
}
