package io.mirrorneuron.bus;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.Json;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
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
 * How many calls run at once, and what happens to more: see {@link AreaThreads}.
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
  private final AreaThreads threads;
  private final NumberedCalls numbered = new NumberedCalls();
  private final Map<String, HotOperation> operations = new LinkedHashMap<>();
  private final Map<String, HotOperation> admissions = new LinkedHashMap<>();
  private final Map<String, RunRoute.Kind> ofRuns = new HashMap<>();
  private final Map<String, PageMerge> merges = new HashMap<>();
  private RunRoute route;
  private UnaryOperator<Throwable> explains = UnaryOperator.identity();

  protected AreaVerticle(String tag, int limit) {
    this.tag = tag;
    this.threads =
        new AreaThreads(
            "mn." + tag, limit, () -> vertx == null ? null : vertx.getOrCreateContext());
  }

  /**
   * Sets a function that may replace failures before they are answered. To be called before the
   * verticle is deployed.
   *
   * @param reported returns the failure to report in place of the given one; most failures are
   *     returned unchanged
   */
  public final void explainFailures(UnaryOperator<Throwable> reported) {
    explains = reported;
  }

  /** Routes operations on runs to the nodes of the runs. Must be called before deployment. */
  public final void reach(RunRoute runs) {
    route = runs;
  }

  /** Registers operations on the run {@code run_id}, which may be on another node. */
  protected final void ofRuns(RunRoute.Kind kind, String... names) {
    List.of(names).forEach(name -> ofRuns.put(name, kind));
  }

  /** Registers an operation that lists data of all nodes. */
  protected final void ofAllNodes(String operation, PageMerge merge) {
    ofRuns(RunRoute.Kind.LIST, operation);
    merges.put(operation, merge);
  }

  /** Whether other nodes are known to be alive. */
  protected final boolean sawOthers() {
    return route != null && route.nodes().sawOthers();
  }

  /** Whether the run's data is on another node. */
  protected final Future<Boolean> isElsewhere(String runId) {
    return sawOthers() ? route.isElsewhere(runId) : Future.succeededFuture(false);
  }

  /** Answers an operation of this area with the data of all nodes. */
  protected final Future<Buffer> everywhere(String operation, ApiCall call) {
    return routed(operation, call, MultiMap.caseInsensitiveMultiMap());
  }

  public final String tag() {
    return tag;
  }

  public final Set<String> operations() {
    return Set.copyOf(operations.keySet());
  }

  @Override
  public Future<?> start() throws Exception {
    vertx
        .eventBus()
        .<Long>localConsumer(Addresses.gone(tag), number -> numbered.gone(number.body()));
    // Only for this process: a clustered address would be served round-robin by nodes with other
    // runs.
    return vertx
        .eventBus()
        .<JsonObject>localConsumer(Addresses.area(tag), this::dispatch)
        .completion();
  }

  /** Calls an operation without the bus. */
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

  /**
   * Registers a check of a public operation, run on the head of the call before its body is read.
   * An exception of the check is the answer.
   */
  protected final void admits(String operation, Consumer<ApiCall> check) {
    admissions.put(
        operation,
        call ->
            blocking(
                () -> {
                  check.accept(call);
                  return Buffer.buffer();
                }));
  }

  protected final void onHot(String operation, HotOperation answer) {
    if (operations.put(operation, answer) != null) {
      throw new IllegalStateException(operation + " is registered twice");
    }
  }

  /** The threads for blocking work of a hot operation. */
  protected final AreaThreads threads() {
    return threads;
  }

  protected final <T> Future<T> blocking(Callable<T> work) {
    return threads.blocking(work);
  }

  /** See {@link AreaThreads#inLine}. */
  protected final <T> Future<T> inLine(Callable<T> work) {
    return threads.inLine(work);
  }

  private Future<Buffer> routed(String operation, ApiCall call, MultiMap headers) {
    RunRoute.Kind kind = ofRuns.get(operation);
    if (call.isOfNode()) {
      boolean fits = (kind == RunRoute.Kind.FILE) == headers.contains(Addresses.FILE);
      return kind != null && fits ? call(operation, call) : Future.failedFuture(closed(operation));
    }
    if (route == null || kind == null) {
      return call(operation, call);
    }
    RunRoute.Question asked =
        new RunRoute.Question(
            tag, operation, kind, call, () -> call(operation, call), this::blocking);
    return kind == RunRoute.Kind.LIST
        ? route.list(asked, merges.get(operation), marked -> call(operation, marked))
        : route.answer(asked);
  }

  private static MnException closed(String operation) {
    return new MnException(ErrorCode.FORBIDDEN, "forbidden", operation + " is not for other nodes");
  }

  private Future<Buffer> admitted(String operation, ApiCall call) {
    HotOperation check = admissions.get(operation);
    return check == null ? Future.succeededFuture(Buffer.buffer()) : check.answer(call);
  }

  /** The answer as bytes of JSON; a {@link Buffer} is taken for finished bytes. */
  public static Buffer encode(Object answer) {
    if (answer instanceof Buffer finished) {
      return finished;
    }
    try {
      return Buffer.buffer(Json.MAPPER.writeValueAsBytes(answer));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("answer cannot be written as JSON", e);
    }
  }

  /** Whether the caller no longer waits, so that long work should end. Any thread. */
  protected final boolean isGone(ApiCall call) {
    return gone(call).isComplete();
  }

  /** Completes when the caller no longer waits. */
  protected final Future<Void> gone(ApiCall call) {
    return numbered.gone(call);
  }

  /** Always replies: a caller without a reply would wait for its timeout. */
  private void dispatch(Message<JsonObject> message) {
    String operation = message.headers().get(Addresses.OP);
    ApiCall call = new ApiCall(message.body());
    numbered.begin(call);
    boolean asks = message.headers().contains(Addresses.ADMISSION);
    (asks ? admitted(operation, call) : routed(operation, call, message.headers()))
        .onComplete(answered -> numbered.end(call))
        .onComplete(
            answer -> message.reply(answer, call.delivery()),
            e -> message.reply(BusFailure.of(operation, explains.apply(e))));
  }

  /** Open calls whose callers report when they no longer wait. Thread-safe. */
  private static final class NumberedCalls {
    private final Map<Long, Promise<Void>> open = new ConcurrentHashMap<>();

    /** Ignores calls without a number. */
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

    /** Ignores unknown numbers, which belong to calls of other areas. */
    void gone(long number) {
      Promise<Void> call = open.get(number);
      if (call != null) {
        call.tryComplete();
      }
    }

    /** Completes when the caller no longer waits; never after the answer. */
    Future<Void> gone(ApiCall call) {
      Promise<Void> known = call.number() == null ? null : open.get(call.number());
      return known == null ? Promise.<Void>promise().future() : known.future();
    }
  }
}
