package io.mirrorneuron.launch;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The launches of this server. Each runs on a thread of its own and goes on when whoever asked for
 * it has gone; those that a server which ended has left open are taken up by {@link #start}, and
 * gone on with from {@link #goOn}. Thread-safe.
 */
public final class Launches implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Launches.class);
  private static final int MOST = 64;
  private static final int MOST_WAITS = 1000;

  private static final Duration WRITE_AGAIN = Duration.ofSeconds(5);
  private static final Duration FORGET_EACH = Duration.ofHours(1);
  private static final int MOST_UNFORGOTTEN = 1000;

  private final LaunchPorts ports;
  private final Supplier<String> ids;
  private final Executor threads;
  private final Closing closing;

  /** Those that go on, by progress id. */
  private final Map<String, Running> running = new ConcurrentHashMap<>();

  private final OpenRuns runs;
  private final TakenUp takenUp;

  /** When what is old was forgotten, milliseconds since the epoch. */
  private final AtomicLong forgotten = new AtomicLong();

  /** Launches since then. */
  private final AtomicLong since = new AtomicLong();

  private final AtomicLong waits = new AtomicLong();

  /** Of launches that begin. */
  private final News begun = new News();

  private record Running(LaunchLog log, News news) {}

  /**
   * @param ids never the same twice
   * @param threads runs each launch; a launch may compute for long, and must not keep others from
   *     their work
   */
  public Launches(
      LaunchSources sources,
      LaunchMeans means,
      LaunchStore store,
      Clock clock,
      Supplier<String> ids,
      Executor threads) {
    this.closing = new Closing();
    this.ports =
        new LaunchPorts(
            sources, means.jobs(), means.models(), means.hooks(), store, clock, closing);
    this.runs = new OpenRuns(clock);
    this.ids = ids;
    this.threads = threads;
    this.takenUp = new TakenUp(closing, threads);
  }

  /** The models of blueprints, apart from launches. */
  public BlueprintModels models() {
    return new BlueprintModels(ports.sources(), ports.models());
  }

  /**
   * Takes up what was left open, and forgets what is old. The runs of launches that are taken up
   * are theirs when this returns.
   */
  public void start() {
    forget();
    List<LaunchRecord> open = ports.store().open();
    Set<String> ids = open.stream().map(LaunchRecord::id).collect(Collectors.toSet());
    ports.hooks().start(ids::contains);
    runs.keep(open);
    for (LaunchRecord launch : open) {
      LaunchLog log = enter(launch);
      takenUp.add(launch, () -> run(log, LaunchTicket.open()));
    }
  }

  /** Goes on with what was taken up, a few at once; for when the server can be reached. */
  public void goOn() {
    takenUp.goOn();
  }

  private void forget() {
    long now = ports.clock().millis();
    long last = forgotten.get();
    boolean isDue =
        now - last >= FORGET_EACH.toMillis() || since.incrementAndGet() % MOST_UNFORGOTTEN == 0;
    if (isDue && forgotten.compareAndSet(last, now)) {
      ports.store().forget(ports.clock().instant());
    }
  }

  /**
   * Begins a launch; it is durable when this returns.
   *
   * @throws MnException MALFORMED {@code invalid progress id} or {@code invalid run id}; CONFLICT
   *     while a launch of this progress id goes on, or when it has made this run; EXHAUSTED while
   *     too many do
   */
  public LaunchTicket launch(LaunchOrder wish) {
    wish.requireIds();
    LaunchOrder order = wish.progressId() == null ? wish.named("launch-" + ids.get()) : wish;
    if (running.size() >= MOST) {
      throw MnException.retryLater(MOST + " launches go on; launch this when one is over", 1000);
    }
    threads.execute(this::forget);
    return begin(LaunchRecord.fresh(ids.get(), order));
  }

  private LaunchLog enter(LaunchRecord launch) {
    News news = new News();
    LaunchLog log = new LaunchLog(launch, ports.store(), ports.clock(), news::tell);
    if (running.putIfAbsent(launch.id(), new Running(log, news)) != null) {
      throw new MnException(
          ErrorCode.CONFLICT,
          "launch_in_progress",
          "a launch with the progress id %s goes on; give this one another".formatted(launch.id()));
    }
    return log;
  }

  private LaunchTicket begin(LaunchRecord launch) {
    LaunchLog log = enter(launch);
    LaunchTicket ticket = LaunchTicket.open();
    try {
      OpenRuns.refuseRepeat(launch, ports.store().find(launch.id()), ports.jobs());
      ports.store().write(launch);
      begun.tell();
      threads.execute(() -> run(log, ticket));
      return ticket;
    } catch (RuntimeException e) {
      running.remove(launch.id());
      throw e;
    }
  }

  private void run(LaunchLog log, LaunchTicket ticket) {
    String id = log.launch().id();
    LaunchRun run = new LaunchRun(ports, log);
    try {
      finish(run, log, ticket);
      run.close();
      while (log.isEndOpen() && closing.await(WRITE_AGAIN)) {
        log.writeEnd();
      }
      log.stopped();
    } finally {
      runs.release(id);
      Running ended = running.remove(id);
      ended.news().tell();
    }
  }

  private void finish(LaunchRun run, LaunchLog log, LaunchTicket ticket) {
    try {
      ticket.found().complete(run.find(runs::take));
      ticket.done().complete(run.finish());
    } catch (MnException e) {
      ticket.fail(e);
    } catch (RuntimeException | OutOfMemoryError e) {
      LOG.error("launch {} is broken off", log.launch().id(), e);
      MnException failure =
          new MnException(
              ErrorCode.INTERNAL, "internal", "the launch failed on the server; see its log");
      if (!closing.isOver()) {
        run.leaveNothing();
        log.failed(Phase.LAUNCH, failure);
      }
      ticket.fail(failure);
    }
  }

  /**
   * What is told of a launch; of one that nobody knows, that nothing has happened.
   *
   * @throws MnException MALFORMED {@code invalid progress id}
   */
  public LaunchProgress progress(String progressId) {
    LaunchOrder.requireProgressId(progressId);
    Running goesOn = running.get(progressId);
    return Optional.ofNullable(goesOn)
        .map(one -> one.log().launch())
        .or(() -> ports.store().find(progressId))
        .map(LaunchProgress::of)
        .orElseGet(() -> LaunchProgress.none(progressId));
  }

  /** Completes when something may have happened in the launch from now on. */
  public CompletableFuture<Void> news(String progressId) {
    Running goesOn = running.get(progressId);
    if (goesOn != null) {
      return goesOn.news().next();
    }
    if (waits.incrementAndGet() % MOST_WAITS == 0) {
      begun.tell(); // who has gone meanwhile is forgotten, who waits looks again
    }
    return begun.next();
  }

  /**
   * What happened in a launch behind a cursor.
   *
   * @throws MnException MALFORMED {@code invalid progress id}
   */
  public LaunchNews newsAfter(String progressId, long after) {
    return LaunchNews.of(progress(progressId), after);
  }

  /** What can be asked without a launch. */
  public Checking checking() {
    return new Checking(ports, runs);
  }

  /** Stops where each launch is; the next server goes on with it. */
  @Override
  public void close() {
    closing.close();
    ports.hooks().close();
  }
}
