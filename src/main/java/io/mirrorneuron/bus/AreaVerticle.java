package io.mirrorneuron.bus;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.Json;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.UnaryOperator;

/**
 * Answers the operations of one tag. A subclass registers each by its id in the constructor:
 *
 * <ul>
 *   <li>{@link #on}: plain blocking Java, one virtual thread per call; returns what is written as
 *       the JSON answer, or a {@link Buffer} that is one already;
 *   <li>{@link #onHot}: for reads that are asked all the time; runs on the event loop of this
 *       verticle, must not block, and returns a future of finished bytes.
 * </ul>
 *
 * At most {@code limit} calls are on virtual threads at once; the next is refused as UNAVAILABLE.
 * Reads of those who follow come in crowds, as after a cut: they have threads of their own, half as
 * many, and the next waits in line.
 */
public abstract class AreaVerticle extends VerticleBase {

  @FunctionalInterface
  protected interface Operation {
    Object answer(ApiCall call) throws Exception;
  }

  @FunctionalInterface
  protected interface HotOperation {
    Future<Buffer> answer(ApiCall call);
  }

  private final String tag;
  private final Semaphore permits;
  private final AdmissionQueue followers;
  private final Map<Long, Boolean> waitedFor = new ConcurrentHashMap<>();
  private final Map<String, HotOperation> operations = new LinkedHashMap<>();
  private UnaryOperator<Throwable> explains = UnaryOperator.identity();

  protected AreaVerticle(String tag, int limit) {
    this.tag = tag;
    this.permits = new Semaphore(limit);
    this.followers = new AdmissionQueue(Math.max(1, limit / 2));
  }

  /**
   * Has failures explained before they are told. To be called before the verticle is deployed.
   *
   * @param told makes of a failure the one that is told; the same for most
   */
  public final void explaining(UnaryOperator<Throwable> told) {
    explains = told;
  }

  public final String tag() {
    return tag;
  }

  /** The ids of the operations that are implemented here. */
  public final Set<String> operations() {
    return Set.copyOf(operations.keySet());
  }

  @Override
  public Future<?> start() throws Exception {
    vertx
        .eventBus()
        .<Long>consumer(
            Addresses.gone(tag),
            number -> waitedFor.computeIfPresent(number.body(), (call, waits) -> false));
    return vertx.eventBus().<JsonObject>consumer(Addresses.area(tag), this::dispatch).completion();
  }

  /** Answers as over the bus, without one. */
  public final Future<Buffer> call(String operation, ApiCall call) {
    HotOperation found = operations.get(operation);
    if (found == null) {
      return Future.failedFuture(
          new MnException(
              ErrorCode.UNIMPLEMENTED, "unimplemented", operation + " is not implemented"));
    }
    try {
      return found.answer(call);
    } catch (Throwable e) {
      return Future.failedFuture(e);
    }
  }

  protected final void on(String operation, Operation answer) {
    onHot(operation, call -> blocking(() -> encode(answer.answer(call))));
  }

  protected final void onHot(String operation, HotOperation answer) {
    if (operations.put(operation, answer) != null) {
      throw new IllegalStateException(operation + " is registered twice");
    }
  }

  /**
   * Runs blocking work of a hot operation on a virtual thread; the future completes on the event
   * loop that asked.
   */
  protected final <T> Future<T> blocking(Callable<T> work) {
    if (!permits.tryAcquire()) {
      return Future.failedFuture(
          MnException.unavailable("too many requests of this kind are in progress", null));
    }
    Promise<T> promise = Promise.promise();
    Context caller = vertx == null ? null : vertx.getOrCreateContext();
    inThread(work, promise, caller, permits::release);
    return promise.future();
  }

  /** As {@link #blocking}, for reads that followers make; waits in line where that refuses. */
  protected final <T> Future<T> inLine(Callable<T> work) {
    Promise<T> promise = Promise.promise();
    Context caller = vertx == null ? null : vertx.getOrCreateContext();
    followers.enter(
        () -> inThread(work, promise, caller, followers::leave),
        refusal -> in(caller, () -> promise.fail(refusal)));
    return promise.future();
  }

  /** Completes after so long; never when the verticle is stopped before, which is no failure. */
  protected final Future<Void> later(long millis) {
    Promise<Void> promise = Promise.promise();
    vertx.setTimer(millis, timer -> promise.complete());
    return promise.future();
  }

  protected static Buffer encode(Object answer) {
    if (answer instanceof Buffer finished) {
      return finished;
    }
    try {
      return Buffer.buffer(Json.MAPPER.writeValueAsBytes(answer));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("answer cannot be written as JSON", e);
    }
  }

  private <T> void inThread(
      Callable<T> work, Promise<T> promise, Context caller, Runnable released) {
    Thread.ofVirtual()
        .name("mn." + tag)
        .start(
            () -> {
              Future<T> outcome = run(work);
              released.run();
              in(caller, () -> outcome.onComplete(promise));
            });
  }

  private static void in(Context context, Runnable action) {
    if (context == null) {
      action.run();
    } else {
      context.runOnContext(ignored -> action.run());
    }
  }

  private static <T> Future<T> run(Callable<T> work) {
    try {
      return Future.succeededFuture(work.call());
    } catch (Throwable e) {
      return Future.failedFuture(e);
    }
  }

  /** Nobody waits for the answer any more: long work should end. Any thread. */
  protected final boolean isGone(ApiCall call) {
    return call.number() != null && !waitedFor.getOrDefault(call.number(), true);
  }

  /** Always replies: a caller without a reply would wait for its timeout. */
  private void dispatch(Message<JsonObject> message) {
    String operation = message.headers().get(Addresses.OP);
    ApiCall call = new ApiCall(message.body());
    Long number = call.number();
    if (number != null) {
      waitedFor.put(number, true);
    }
    call(operation, call)
        .onComplete(
            answered -> {
              if (number != null) {
                waitedFor.remove(number);
              }
            })
        .onComplete(
            message::reply, e -> message.reply(BusFailure.of(operation, explains.apply(e))));
  }
}
