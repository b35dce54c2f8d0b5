package io.mirrorneuron.area.blueprints;

import io.mirrorneuron.bus.ApiCall;
import io.mirrorneuron.bus.AreaThreads;
import io.mirrorneuron.bus.AreaVerticle;
import io.mirrorneuron.bus.AskedWait;
import io.mirrorneuron.launch.LaunchCheck;
import io.mirrorneuron.launch.LaunchOrder;
import io.mirrorneuron.launch.LaunchTicket;
import io.mirrorneuron.launch.Launched;
import io.mirrorneuron.launch.Launches;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Validation;
import io.mirrorneuron.port.Validation.Issue;
import io.mirrorneuron.port.Validation.Location;
import io.mirrorneuron.wire.Fault;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Operations that launch, and that tell of launches. */
final class LaunchCalls {
  private final Launches launches;
  private final AreaThreads threads;

  LaunchCalls(Launches launches, AreaThreads threads) {
    this.launches = launches;
    this.threads = threads;
  }

  Future<Buffer> launchBlueprint(Vertx vertx, ApiCall call, Future<Void> gone) {
    LaunchRequest request = LaunchRequest.ofBlueprint(call);
    return launch(
        new Waiting(vertx, call, gone),
        request.order(),
        done -> LaunchAnswers.ofBlueprint(done, request.warnings()));
  }

  Future<Buffer> launchSource(Vertx vertx, ApiCall call, Future<Void> gone) {
    LaunchRequest request = LaunchRequest.ofSource(call);
    return launch(
        new Waiting(vertx, call, gone),
        request.order(),
        done -> LaunchAnswers.ofSource(done, request.order(), request.warnings()));
  }

  private Future<Buffer> launch(
      Waiting waiting, LaunchOrder order, Function<Launched, Object> form) {
    return threads
        .blocking(() -> launches.launch(order))
        .compose(ticket -> settled(waiting, ticket))
        .map(launched -> AreaVerticle.encode(form.apply(launched)))
        .recover(
            failure ->
                Future.failedFuture(
                    failure instanceof MnException told ? Fault.listed(told) : failure));
  }

  /**
   * A call that waits.
   *
   * @param gone completes when nobody waits any more
   */
  private record Waiting(Vertx vertx, ApiCall call, Future<Void> gone) {}

  /** The end, or after the time that the caller waits what goes on. */
  private static Future<Launched> settled(Waiting waiting, LaunchTicket ticket) {
    Vertx vertx = waiting.vertx;
    ApiCall call = waiting.call;
    Duration wait = AskedWait.of(call).orElse(AskedWait.LONGEST);
    Future<Launched> found = future(vertx, ticket.found());
    Future<Launched> done = future(vertx, ticket.done());
    if (wait.isZero()) {
      call.accept();
      return found;
    }
    Promise<Launched> first = Promise.promise();
    Runnable over = () -> found.onSuccess(state -> goesOn(call, state, first));
    long timer = vertx.setTimer(wait.toMillis(), late -> over.run());
    waiting.gone.onSuccess(left -> over.run());
    done.onComplete(
        end -> {
          vertx.cancelTimer(timer);
          if (end.succeeded()) {
            first.tryComplete(end.result());
          } else {
            first.tryFail(end.cause());
          }
        });
    return first.future();
  }

  private static void goesOn(ApiCall call, Launched state, Promise<Launched> first) {
    if (!first.future().isComplete()) {
      call.accept();
      first.complete(state);
    }
  }

  private static <T> Future<T> future(Vertx vertx, CompletionStage<T> stage) {
    return Future.fromCompletionStage(stage, vertx.getOrCreateContext());
  }

  Object progress(ApiCall call) {
    return launches.progress(call.text("progress_id"));
  }

  /** What happened behind the cursor; may wait for something to happen. */
  Future<Buffer> news(Vertx vertx, ApiCall call) {
    return news(vertx, call, System.nanoTime() + call.patience().toNanos());
  }

  private Future<Buffer> news(Vertx vertx, ApiCall call, long until) {
    CompletableFuture<Void> next = launches.news(call.text("progress_id"));
    return threads
        .inLine(
            () ->
                launches.newsAfter(
                    call.text("progress_id"), call.has("after") ? call.integer("after") : 0))
        .compose(
            page -> {
              Duration left = Duration.ofNanos(until - System.nanoTime());
              return page.data().isEmpty() && !page.ended() && left.isPositive()
                  ? awaited(vertx, future(vertx, next), left)
                      .compose(done -> news(vertx, call, until))
                  : Future.succeededFuture(AreaVerticle.encode(page));
            });
  }

  private static Future<Void> awaited(Vertx vertx, Future<Void> next, Duration left) {
    Promise<Void> first = Promise.promise();
    long timer = vertx.setTimer(Math.max(1, left.toMillis()), late -> first.tryComplete());
    next.onComplete(
        done -> {
          vertx.cancelTimer(timer);
          first.tryComplete();
        });
    return first.future();
  }

  private record OfCheck(Object blueprint, Validation validation) {}

  Object checkBlueprint(ApiCall call) {
    LaunchCheck check = check(LaunchRequest.ofBlueprint(call));
    return new OfCheck(check.blueprint(), check.validation());
  }

  Object checkSource(ApiCall call) {
    return check(LaunchRequest.ofSource(call));
  }

  /** What a launch warns of in its answer, the report of the check does. */
  private LaunchCheck check(LaunchRequest request) {
    LaunchCheck check = launches.checking().of(request.order());
    List<Issue> warnings =
        request.warnings().stream()
            .map(words -> Issue.warning("request.unknown_member", words, "", Location.BUNDLE))
            .toList();
    return new LaunchCheck(
        check.source(),
        check.blueprint(),
        check.validation().withFirst(warnings),
        check.manifest(),
        check.form());
  }
}
