package io.mirrorneuron.launch;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.mirrorneuron.launch.LaunchRecord.LaunchEvent;
import io.mirrorneuron.launch.LaunchRecord.LaunchTicket;
import io.mirrorneuron.launch.LaunchRecord.Phase;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.ModelsPort;
import io.mirrorneuron.port.ModelsPort.ModelInstalls;
import io.mirrorneuron.port.ModelsPort.ModelOwner;
import io.mirrorneuron.port.ModelsPort.ModelView;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The launches of this server, each on its own thread and independent of its client. Open launches
 * of an earlier server are taken over by {@link #start} and continued from {@link #goOn}.
 * Thread-safe.
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
  private final RecoveredLaunches takenUp;

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
      LaunchContext means,
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
    this.takenUp = new RecoveredLaunches(closing, threads);
  }

  /** The models of blueprints, apart from launches. */
  public BlueprintModels models() {
    return new BlueprintModels(ports.sources(), ports.models());
  }

  /** Takes over open launches, with their runs, and forgets old ones. */
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

  /** Continues the launches taken over, a few at once; call it when the server is reachable. */
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
  public LaunchChecks checking() {
    return new LaunchChecks(ports, runs);
  }

  /** Stops where each launch is; the next server goes on with it. */
  @Override
  public void close() {
    closing.close();
    ports.hooks().close();
  }

  /** Lets any number of readers wait for the next change. Thread-safe. */
  private static final class News {
    private final AtomicReference<CompletableFuture<Void>> next =
        new AtomicReference<>(new CompletableFuture<>());

    /** Completes at the next change. */
    CompletableFuture<Void> next() {
      return next.get();
    }

    void tell() {
      next.getAndSet(new CompletableFuture<>()).complete(null);
    }
  }

  /** Lets launches wait until the server ends. */
  private static final class Closing implements LaunchPorts.Patience {
    private final CountDownLatch end = new CountDownLatch(1);

    void close() {
      end.countDown();
    }

    @Override
    public boolean await(Duration time) {
      try {
        return !end.await(time.toMillis(), TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }

    @Override
    public boolean isOver() {
      return end.getCount() == 0;
    }
  }

  /**
   * A page of what happened in a launch.
   *
   * @param data oldest first
   * @param next the cursor behind them
   * @param ended whether nothing will follow
   */
  public record LaunchNews(List<Change> data, long next, boolean ended) {

    /**
     * One event, with what it means for the launch.
     *
     * @param type {@code blueprint.launch_progress.} with its phase and status
     * @param status of the launch
     * @param completed whether it is over, well or not
     * @param error why it failed; null unless it did
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Change(
        long seq,
        String ts,
        String type,
        LaunchEvent latest,
        String status,
        String currentPhase,
        boolean completed,
        String runId,
        String jobId,
        String error) {}

    static LaunchNews of(LaunchProgress launch, long after) {
      List<Change> changes =
          launch.events().stream()
              .filter(event -> event.seq() > after)
              .map(event -> change(launch, event))
              .toList();
      long next = changes.isEmpty() ? after : changes.getLast().seq();
      return new LaunchNews(changes, next, launch.completed());
    }

    private static Change change(LaunchProgress launch, LaunchEvent event) {
      boolean isEnd = event.phase().equals(Phase.LAUNCH.word());
      return new Change(
          event.seq(),
          event.ts(),
          "blueprint.launch_progress." + event.phase() + "." + event.status(),
          event,
          isEnd ? event.status() : LaunchEvent.RUNNING,
          event.phase(),
          isEnd,
          launch.runId(),
          launch.jobId(),
          isEnd ? launch.error() : null);
    }
  }

  /**
   * What is told of a launch.
   *
   * @param runId null until its source is known
   * @param jobId null until it is submitted
   * @param status {@code pending}, {@code running}, {@code completed} or {@code failed}
   * @param currentPhase the one of the newest event; null before the first
   * @param phases those that it has come to, each as its newest event says
   * @param error why it failed; null unless it did
   * @param events oldest first
   * @param latest the last of them; null before the first
   * @param completed whether it is over, well or not
   */
  public record LaunchProgress(
      String schemaVersion,
      String progressId,
      String runId,
      String jobId,
      String status,
      String currentPhase,
      List<PhaseState> phases,
      @JsonInclude(JsonInclude.Include.NON_NULL) String error,
      List<LaunchEvent> events,
      LaunchEvent latest,
      boolean completed) {

    /** How far a phase has come. */
    public record PhaseState(
        String id, String label, String status, String message, String updatedAt) {}

    /** That of a launch that nobody knows: nothing has happened. */
    static LaunchProgress none(String progressId) {
      return of(progressId, null, null, List.of());
    }

    static LaunchProgress of(LaunchRecord launch) {
      return of(launch.id(), launch.runId(), launch.jobId(), launch.events());
    }

    private static LaunchProgress of(
        String id, String runId, String jobId, List<LaunchEvent> events) {
      LaunchEvent latest = events.isEmpty() ? null : events.getLast();
      LaunchEvent end =
          events.stream()
              .filter(event -> event.phase().equals(Phase.LAUNCH.word()))
              .findFirst()
              .orElse(null);
      String status = end != null ? end.status() : latest == null ? "pending" : LaunchEvent.RUNNING;
      return new LaunchProgress(
          "mn.launch_progress.v1",
          id,
          runId,
          jobId,
          status,
          latest == null ? null : latest.phase(),
          phases(events),
          status.equals(LaunchEvent.FAILED) ? end.message() : null,
          events,
          latest,
          end != null);
    }

    private static List<PhaseState> phases(List<LaunchEvent> events) {
      Map<String, PhaseState> phases = new LinkedHashMap<>();
      for (LaunchEvent event : events) {
        phases.put(
            event.phase(),
            new PhaseState(
                event.phase(),
                Phase.of(event.phase()).label(),
                event.status(),
                event.message(),
                event.ts()));
      }
      return new ArrayList<>(phases.values());
    }
  }

  /** The models that blueprints of the catalog need, apart from a launch. Blocking. */
  public record BlueprintModels(LaunchSources sources, ModelsPort models) {

    /**
     * A blueprint whose models are there.
     *
     * @param blueprint as the catalog tells of it
     */
    public record Installed(boolean installed, Object blueprint, ModelInstalls modelInstall) {}

    /**
     * A blueprint that needs its models no more.
     *
     * @param released models that it owned
     * @param removed those of them that were removed, as nobody else needs them
     */
    public record Uninstalled(
        boolean uninstalled, String blueprintId, List<String> released, List<String> removed) {}

    /**
     * @throws MnException INTERNAL {@code blueprint_model_install_failed} with all that failed, in
     *     the form of the original: as an object in the place of the sentence
     */
    public Installed install(LaunchOrder order) {
      try (LaunchBundle bundle = sources.find(order)) {
        ModelInstalls installs =
            models.installAll(
                bundle.modelsWithoutAnswers(),
                new ModelOwner(bundle.blueprintId()),
                progress -> {});
        if (!installs.ok()) {
          throw failed(installs);
        }
        return new Installed(true, bundle.blueprint(), installs);
      }
    }

    private static MnException failed(ModelInstalls installs) {
      String error = "blueprint_model_install_failed";
      Map<String, Object> detail = new LinkedHashMap<>();
      detail.put("error", error);
      detail.put("models", installs.models());
      detail.put("errors", installs.errors());
      return new MnException(ErrorCode.INTERNAL, error, String.join("; ", installs.errors()))
          .with(Map.of("detail", detail));
    }

    private void requireBlueprint(String id) {
      LaunchOrder.Source catalog = LaunchOrder.Source.CATALOG;
      try (LaunchBundle bundle =
          sources.find(new LaunchOrder(catalog, id, null, null, null, false, null, null))) {
        bundle.blueprintId();
      }
    }

    /**
     * @param blueprintId may have gone from the catalog
     * @param remove whether models are removed that nobody else needs
     * @throws MnException NOT_FOUND when there is no such blueprint, and no model that one needed
     */
    public Uninstalled uninstall(String blueprintId, boolean remove) {
      List<String> owned =
          models.list(true).models().stream()
              .filter(model -> model.usedBy().contains(blueprintId))
              .map(ModelView::id)
              .toList();
      if (owned.isEmpty()) {
        requireBlueprint(blueprintId);
      }
      models.release(new ModelOwner(blueprintId));
      List<String> removed = new ArrayList<>();
      if (remove) {
        for (ModelView model : models.list(true).models()) {
          if (owned.contains(model.id()) && model.orphaned()) {
            removed.add(models.remove(model.id(), false).id());
          }
        }
      }
      return new Uninstalled(true, blueprintId, owned, removed);
    }
  }
}
