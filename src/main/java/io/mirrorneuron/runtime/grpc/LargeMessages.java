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
 * Limits the memory of calls with large messages: a message is received whole, and costs several
 * times its size while it is parsed and stored. Beyond the limit the newest are refused. Received
 * bytes are counted every few milliseconds, as the length is unknown before the end. Thread-safe.
 */
final class LargeMessages {
  /** These carry files, or bodies that the API accepts. */
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
   * @param mostBytes of all messages in transit together
   */
  LargeMessages(Vertx vertx, long mostBytes) {
    this.vertx = vertx;
    this.mostBytes = mostBytes;
  }

  /** Longest message of the call when the longest of all is given, in bytes. */
  static long limit(String call, long longest) {
    return CALLS.contains(call) ? longest : Math.min(SMALL_BYTES, longest);
  }

  static boolean mayBeLarge(HttpServerRequest request) {
    String path = String.valueOf(request.path());
    return CALLS.contains(path.substring(path.lastIndexOf('/') + 1));
  }

  /** Counts received bytes until the request is answered. Runs on its event loop. */
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

  /** Answers as a call that failed at once; its server ends it then. */
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
