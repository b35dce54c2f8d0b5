package io.mirrorneuron.runtime.remote;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.node.HostedPrograms;
import io.mirrorneuron.port.node.PeerPrograms;
import io.mirrorneuron.port.node.PeerPrograms.Opening;
import io.mirrorneuron.runtime.documents.SentExecution;
import io.mirrorneuron.runtime.documents.SentSignal;
import io.mirrorneuron.runtime.drain.RunningRemoteTasks;
import io.mirrorneuron.runtime.placement.Machine;
import io.mirrorneuron.runtime.port.Executions;
import io.mirrorneuron.runtime.port.Executions.Signal;
import io.mirrorneuron.runtime.port.Leader.Timers;
import io.mirrorneuron.store.RemoteExecutionIndex;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs programs for jobs of other nodes with the runner of this one: confined, limited and queued
 * like its own. An outcome is kept until it is acknowledged, for some minutes. Thread-safe.
 */
public final class RemoteTasks implements HostedPrograms, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RemoteTasks.class);
  private static final Duration KEPT = Duration.ofMinutes(10);
  private static final Duration LONGEST_END = Duration.ofSeconds(12);

  private final Executions here;
  private final Home home;
  private final RemoteTaskWatch watch;
  private volatile boolean closed;
  private final Map<String, RemoteTaskRun> runs = new ConcurrentHashMap<>();
  private final RemoteTaskShutdown stays;
  private final RemoteTaskDenials denials;

  /**
   * The services of this node for remote tasks.
   *
   * @param flush writes the output of a run so far
   * @param payloads folder of payload files by their fingerprint
   * @param owner this node as the owner of jobs
   * @param index knows the present owner of a job
   * @param machine this node as placement sees it; does not wait
   * @param status of a job; null when it does not exist
   * @param works whether this node may start programs
   * @param fullDisk the full disk of this node, if any; does not wait
   */
  public record Home(
      String owner,
      RemoteExecutionIndex index,
      RemoteTaskSinks sinks,
      RemoteTaskBundles bundles,
      Consumer<String> flush,
      Function<String, Path> payloads,
      Supplier<Machine> machine,
      Function<String, CompletionStage<String>> status,
      BooleanSupplier works,
      Supplier<Optional<String>> fullDisk,
      Timers timers) {}

  /**
   * @param here the runner of this node
   */
  public RemoteTasks(Executions here, Home home) {
    this.here = here;
    this.home = home;
    this.stays = new RemoteTaskShutdown(runs, here);
    this.denials = new RemoteTaskDenials(home.timers());
    this.watch =
        new RemoteTaskWatch(
            here, home.sinks().folders(), home.status(), home.fullDisk(), home.timers());
  }

  @Override
  public RemoteTask open(Opening opening, byte[] record) {
    RemoteTaskRun run = runs.get(opening.executionId());
    if (run == null) {
      if (record != null) {
        requireNew(opening);
      }
      run = begin(opening, record);
    }
    if (!run.obeys(opening.owner(), opening.epoch())) {
      throw fenced(opening);
    }
    return new Heard(run, opening);
  }

  private static MnException fenced(Opening opening) {
    return new MnException(
        ErrorCode.PRECONDITION,
        PeerPrograms.FENCED,
        "job " + opening.jobId() + " has another owner now");
  }

  private void requireNew(Opening opening) {
    if (closed || !home.works().getAsBoolean()) {
      throw MnException.unavailable("this node begins no programs now", null);
    }
    boolean isOwner =
        Neighbours.await(
            home.index()
                .take(opening.jobId(), opening.epoch(), opening.executionId(), home.owner()));
    if (!isOwner) {
      throw fenced(opening);
    }
  }

  private synchronized RemoteTaskRun begin(Opening opening, byte[] record) {
    RemoteTaskRun there = runs.get(opening.executionId());
    if (there != null) {
      return there;
    }
    if (record == null) {
      denials.deny(opening);
      throw MnException.notFound("execution", opening.executionId());
    }
    if (denials.isDenied(opening)) {
      throw fenced(opening);
    }
    SentExecution sent = SentExecution.read(record);
    RemoteTaskRun run =
        new RemoteTaskRun(sent.here(home.payloads()), opening.owner(), opening.epoch());
    runs.put(opening.executionId(), run);
    home.sinks().add(run);
    if (sent.bundle() != null) {
      home.bundles().needed(sent.bundle(), opening.owner());
    }
    watch.begin(run);
    here.start(run.execution(), signal -> heard(run, signal));
    if (!home.works()
        .getAsBoolean()) { // it may work no more since the check; all others have been ended
      here.stop(opening.executionId());
    }
    return run;
  }

  private void heard(RemoteTaskRun run, Signal signal) {
    if (signal instanceof Signal.Finished) {
      home.flush().accept(run.execution().runId());
      leave(run);
      home.timers().at(home.timers().now() + KEPT.toMillis(), () -> drop(run));
    }
    Signal reported = run.asksPeople() ? RemoteTaskWatch.asking(signal) : signal;
    run.tell(reported, SentSignal.bytes(reported, home.timers().now()));
  }

  /** Adds the files left by a program to its run. */
  private void leave(RemoteTaskRun run) {
    RemoteTaskFolders.Left left = home.sinks().folders().left(run.execution().executionId());
    for (Path file : left.files()) {
      String name = left.folder().relativize(file).toString();
      run.file(RemoteEvent.FILE, name, new RemoteEvent.Stored(file, file.toFile().length(), false));
    }
    if (left.more() > 0) {
      LOG.warn(
          "{} files of execution {} do not reach its run: it may leave {} with {} bytes in all",
          left.more(),
          run.execution().executionId(),
          RemoteTaskFolders.MOST_FILES,
          RemoteTaskFolders.MOST_BYTES);
    }
  }

  /** Ends all remote tasks before their owners start them again. */
  @Override
  public void close() {
    closed = true;
    stays.endAll().completeOnTimeout(null, LONGEST_END.toSeconds(), TimeUnit.SECONDS).join();
  }

  private void drop(RemoteTaskRun run) {
    if (runs.remove(run.execution().executionId(), run)) {
      run.forget();
      home.sinks().remove(run);
    }
  }

  public RunningRemoteTasks visitors() {
    return stays;
  }

  @Override
  public byte[] describe() {
    return Json.write(home.machine().get()).getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void bundle(String fingerprint, OutputStream to) throws IOException {
    if (!home.bundles().copies().write(fingerprint, to)) {
      throw MnException.notFound("bundle", fingerprint);
    }
  }

  /** A remote task as seen by one owner of its job. */
  final class Heard implements RemoteTask {
    private final RemoteTaskRun run;
    private final Opening opening;

    Heard(RemoteTaskRun run, Opening opening) {
      this.run = run;
      this.opening = opening;
    }

    RemoteTaskStream stream(Outlet outlet) {
      return run.listen(outlet, opening.epoch(), opening.after());
    }

    @Override
    public void serve(Outlet outlet) throws InterruptedException {
      stream(outlet).serve();
    }

    @Override
    public void acknowledge(long number) {
      run.acknowledge(opening.epoch(), number);
      if (run.isSettled()) {
        drop(run);
      }
    }

    @Override
    public void stop() {
      if (run.isOf(opening.epoch())) {
        here.stop(run.execution().executionId());
      }
    }
  }

  /**
   * Executions that this node has denied having. Their owners then start them elsewhere, so a later
   * request of a former owner, or of a delayed thread, must not start them here. Thread-safe.
   */
  private static final class RemoteTaskDenials {
    /** By then a late caller has found that the job has another owner. */
    private static final Duration KEPT = Duration.ofMinutes(10);

    private final Timers timers;
    private final Map<String, Long> epochs = new HashMap<>();

    RemoteTaskDenials(Timers timers) {
      this.timers = timers;
    }

    synchronized void deny(Opening asked) {
      epochs.merge(asked.executionId(), asked.epoch(), Math::max);
      timers.at(timers.now() + KEPT.toMillis(), () -> forget(asked.executionId()));
    }

    private synchronized void forget(String executionId) {
      epochs.remove(executionId);
    }

    /** Whether it was denied to the same owner, or a later one. */
    synchronized boolean isDenied(Opening asked) {
      Long denied = epochs.get(asked.executionId());
      return denied != null && asked.epoch() <= denied;
    }
  }

  /**
   * Ends remote tasks.
   *
   * @param runs by execution; maintained by the caller
   * @param here the runner of this node
   */
  private record RemoteTaskShutdown(Map<String, RemoteTaskRun> runs, Executions here)
      implements RunningRemoteTasks {

    @Override
    public Map<String, List<String>> running() {
      return open()
          .collect(
              Collectors.groupingBy(
                  run -> run.execution().jobId(),
                  TreeMap::new,
                  Collectors.mapping(run -> run.execution().agentId(), Collectors.toList())));
    }

    @Override
    public CompletionStage<Void> end(String jobId) {
      return end(open().filter(run -> run.execution().jobId().equals(jobId)));
    }

    /** Completes when all have ended. */
    CompletableFuture<Void> endAll() {
      return end(open());
    }

    private CompletableFuture<Void> end(Stream<RemoteTaskRun> some) {
      return CompletableFuture.allOf(
          some.map(
                  run -> {
                    here.stop(run.execution().executionId());
                    return run.ended();
                  })
              .toArray(CompletableFuture<?>[]::new));
    }

    private Stream<RemoteTaskRun> open() {
      return runs.values().stream().filter(run -> !run.isFinished());
    }

    @Override
    public boolean areGone() {
      return runs.isEmpty();
    }
  }
}
