package io.mirrorneuron.area.runs;

import io.mirrorneuron.area.runs.RunRecords.Page;
import io.mirrorneuron.bus.ApiCall;
import io.mirrorneuron.bus.StepLoop;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Serves successive pages to followers of runs. Reads the files of a run only after a change: a
 * follower that returns for the next page waits at once if nothing has changed since the last read.
 * Runs on one event loop.
 */
final class RunFollowers {
  private static final long SWEEP_MILLIS = 10_000;
  private static final String CURSOR = "after";

  private final RunChanges changes;
  private final Function<ApiCall, Future<Page>> look;
  private final Map<Map<String, Object>, Pause> pauses = new HashMap<>();

  /** Pauses that existed at the last sweep. */
  private final Map<Map<String, Object>, Pause> old = new HashMap<>();

  /**
   * A stream that no call waits for at the moment.
   *
   * @param watch stays open for a returning follower
   * @param next cursor after the last page
   */
  private record Pause(RunChanges.Watch watch, long next) {}

  /**
   * @param look reads the page of the call, off the event loop, and completes on it
   */
  RunFollowers(Vertx vertx, RunChanges changes, Function<ApiCall, Future<Page>> look) {
    this.changes = changes;
    this.look = look;
    vertx.setPeriodic(SWEEP_MILLIS, timer -> sweep());
  }

  /** The next page with records; an empty one when the wait of the call is over. */
  Future<Page> page(ApiCall call) {
    long until = System.nanoTime() + call.patience().toNanos();
    Map<String, Object> question = call.without(CURSOR);
    Pause pause = pauses.remove(question);
    RunChanges.Watch watch = pause == null ? changes.watch(call.text("run_id")) : pause.watch();
    boolean isSeen = pause != null && isBehind(call, pause.next()) && !pause.watch().hasChanged();
    return (isSeen ? await(call, watch, until) : look(call, watch, until))
        .onComplete(
            page -> keep(question, new Pause(watch, page.next()), page), e -> watch.close());
  }

  private static boolean isBehind(ApiCall call, long next) {
    return call.has(CURSOR) && call.text(CURSOR).equals(Long.toString(next));
  }

  private Future<Page> look(ApiCall call, RunChanges.Watch watch, long until) {
    return StepLoop.until(
        () -> {
          watch.looking();
          return look.apply(call)
              .compose(
                  page ->
                      page.isNews() || System.nanoTime() >= until
                          ? Future.succeededFuture(Optional.of(page))
                          : change(watch, until).map(changed -> Optional.empty()));
        });
  }

  private Future<Page> await(ApiCall call, RunChanges.Watch watch, long until) {
    return change(watch, until).compose(changed -> look(call, watch, until));
  }

  private static Future<Void> change(RunChanges.Watch watch, long until) {
    return watch.await(Duration.ofNanos(until - System.nanoTime()));
  }

  private void keep(Map<String, Object> question, Pause pause, Page page) {
    Pause other = page.more() || page.ended() ? pause : pauses.put(question, pause);
    if (other != null) {
      other.watch().close();
    }
  }

  private void sweep() {
    old.forEach(
        (question, pause) -> {
          if (pauses.remove(question, pause)) {
            pause.watch().close();
          }
        });
    old.clear();
    old.putAll(pauses);
  }

  void close() {
    pauses.values().forEach(pause -> pause.watch().close());
    pauses.clear();
  }
}
