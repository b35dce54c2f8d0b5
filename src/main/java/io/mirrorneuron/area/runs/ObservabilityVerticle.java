package io.mirrorneuron.area.runs;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.area.Platform;
import io.mirrorneuron.bus.ApiCall;
import io.mirrorneuron.bus.AreaVerticle;
import io.mirrorneuron.bus.RunRoute;
import io.mirrorneuron.run.RedactedRun;
import io.mirrorneuron.run.RedactedRuns;
import io.mirrorneuron.run.RunStore;
import io.mirrorneuron.run.report.ResourceSummary.Window;
import io.mirrorneuron.wire.Json;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

public final class ObservabilityVerticle extends AreaVerticle {
  private static final int LIMIT = 256;

  /** Changes within this time make one summary or one page of a stream, which bounds the cost. */
  private static final long SUMMARY_MILLIS = 100;

  private static final long TICK_MILLIS = 10;

  private final RunStore store;
  private final RedactedRuns runs;
  private final Clock clock;
  private final RunRecords records;
  private RunChanges changes;
  private RunFollowers followers;

  public ObservabilityVerticle(RunStore store, RedactedRuns runs, Clock clock) {
    super("observability", LIMIT);
    this.store = store;
    this.runs = runs;
    this.clock = clock;
    this.records = new RunRecords(runs);
    on("listRunEvents", records::events);
    on("listRunLogs", records::logs);
    on("listRunTimeline", records::timeline);
    onHot("streamRun", this::stream);
    on("getRunObservabilitySummary", this::summary);
    on("getRunResources", this::resources);
    onHot("streamRunResources", this::streamResources);
    ofRuns(
        RunRoute.Kind.READ,
        "listRunEvents",
        "listRunTimeline",
        "streamRun",
        "getRunObservabilitySummary");
    ofRuns(RunRoute.Kind.LEFT, "listRunLogs", "getRunResources", "streamRunResources");
  }

  @Override
  public Future<?> start() throws Exception {
    changes = new RunChanges(vertx, store::watch, SUMMARY_MILLIS);
    followers =
        new RunFollowers(
            vertx,
            new RunChanges(vertx, store::watch, TICK_MILLIS),
            call -> inLine(() -> records.page(call)));
    return super.start();
  }

  @Override
  public Future<?> stop() {
    followers.close();
    return Future.succeededFuture();
  }

  private Future<Buffer> stream(ApiCall call) {
    return (call.patience().isZero() ? inLine(() -> records.page(call)) : followers.page(call))
        .map(RunRecords.Page::json);
  }

  private ObjectNode summary(ApiCall call) {
    return run(call).summary();
  }

  private ObjectNode resources(ApiCall call) {
    Window window = Window.of(call.text("window"), call.text("bucket"));
    return run(call).resources(window, clock.instant());
  }

  private Future<Buffer> streamResources(ApiCall call) {
    if (call.patience().isZero()) {
      return inLine(() -> read(call).json());
    }
    RunChanges.Watch watch = changes.watch(call.text("run_id"));
    return awaitNews(call, watch, System.nanoTime() + call.patience().toNanos())
        .onComplete(done -> watch.close());
  }

  private Future<Buffer> awaitNews(ApiCall call, RunChanges.Watch watch, long until) {
    return inLine(() -> read(call))
        .compose(
            page -> {
              Duration left = Duration.ofNanos(until - System.nanoTime());
              return page.isNews() || !left.isPositive()
                  ? Future.succeededFuture(page.json())
                  : watch.await(left).compose(changed -> awaitNews(call, watch, until));
            });
  }

  private ResourcePage read(ApiCall call) {
    long after = call.has("after") ? call.integer("after") : -1;
    return ResourcePage.read(run(call), after, clock.instant());
  }

  private RedactedRun run(ApiCall call) {
    return runs.find(call.text("run_id"));
  }

  /**
   * One page of the stream.
   *
   * @param summary null when nothing is new
   * @param ended whether no page follows
   */
  private record ResourcePage(ObjectNode summary, long next, boolean ended) {
    static ResourcePage read(RedactedRun run, long after, Instant now) {
      boolean over = run.isOver();
      long version = run.resourcesVersion(over);
      return version == after
          ? new ResourcePage(null, version, over)
          : new ResourcePage(run.resources(Window.DAY, now).put("seq", version), version, over);
    }

    boolean isNews() {
      return summary != null || ended;
    }

    Buffer json() {
      ObjectNode page = Json.object();
      var data = page.putArray("data");
      if (summary != null) {
        data.add(summary);
      }
      return encode(page.put("next", next).put("ended", ended));
    }
  }

  /** The area {@code observability}: records and resource use of runs. */
  public static final class ObservabilityModule {
    private ObservabilityModule() {}

    public static AreaVerticle of(Platform platform) {
      return new ObservabilityVerticle(platform.runs(), platform.shownRuns(), platform.clock());
    }
  }
}
