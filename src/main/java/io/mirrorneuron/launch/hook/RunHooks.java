package io.mirrorneuron.launch.hook;

import io.mirrorneuron.config.LaunchSettings;
import io.mirrorneuron.config.TrustedFolders;
import io.mirrorneuron.config.TrustedFolders.Refusal;
import io.mirrorneuron.launch.hook.HookStore.HookContext;
import io.mirrorneuron.launch.hook.HookStore.HookNews;
import io.mirrorneuron.launch.hook.HookStore.HookOrder;
import io.mirrorneuron.launch.hook.HookStore.HookRecord;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.HookPrograms;
import io.mirrorneuron.port.JobDetail;
import io.mirrorneuron.port.JobsPort;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hooks of the runs that this server has launched. The first hook of a run may run beside its job;
 * it is stopped when the job ends, when its launch fails, and when the server stops. After that the
 * last hook runs, once for each run. Thread-safe.
 */
public final class RunHooks implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RunHooks.class);

  private final HookContext means;
  private final TrustedFolders trusted;
  private final HookWatch watch;
  private final Executor threads;
  private final Map<String, RunHook> open = new ConcurrentHashMap<>();

  /** Of launches that are over and made no job: those that are still to be ended. */
  private final Map<String, RunHook> left = new ConcurrentHashMap<>();

  private volatile boolean isClosed;

  /**
   * Whose programs run, and where.
   *
   * @param programs null where there is no runtime in this process
   */
  public record Machine(HookPrograms programs, TrustedFolders trusted, LaunchSettings limits) {}

  /**
   * @param threads runs what waits for the end of a job
   */
  public RunHooks(
      Machine machine,
      HookStore store,
      HookFiles files,
      JobsPort jobs,
      Clock clock,
      Executor threads) {
    this.means =
        new HookContext(store, machine.programs(), files, machine.limits(), clock, () -> isClosed);
    this.trusted = machine.trusted();
    this.watch = new HookWatch(jobs, () -> isClosed);
    this.threads = threads;
  }

  /** Why the hooks of a bundle do not run here; empty when they do. */
  public Optional<Refusal> refusal(BundleHooks hooks) {
    if (means.programs() == null) {
      return Optional.of(
          new Refusal(
              "this server has no runtime of its own, and runs no programs",
              "Launch it at a server that has one, such as mn up."));
    }
    Path folder = hooks.isRead() ? hooks.folder() : null;
    String help = "Put the folder or the file itself in its place.";
    return trusted.refusal(folder).or(() -> hooks.fault().map(fault -> new Refusal(fault, help)));
  }

  /**
   * Begins the hooks of a run and waits until the first is ready. Only for the launch that has
   * taken the run, and only when {@link #refusal} is empty. The caller ends them when the launch
   * fails, also when this call fails.
   *
   * @throws MnException INTERNAL {@code pre_launch_failed} with the last lines that it printed;
   *     CONFLICT {@code run_id_in_use}, as hooks write to the folder of their run; TOO_LARGE;
   *     UNAVAILABLE when the server stops meanwhile
   */
  public HookNews begin(HookOrder order) {
    if (isRun(order.runId()) || left.containsKey(order.runId())) {
      throw inUse(order.runId());
    }
    RunHook hook =
        new RunHook(
            means,
            new HookRecord(
                order.runId(),
                order.blueprintId(),
                order.launchId(),
                null,
                order.hooks().hasAfter(),
                false,
                order.secrets().texts()));
    RunHook now =
        open.compute(
            order.runId(),
            (_, known) ->
                known == null || known.record().isOnlyOf(order.launchId()) ? hook : known);
    if (now != hook) {
      throw inUse(order.runId());
    }
    if (isClosed) {
      throw MnException.unavailable("the server is stopping", null);
    }
    return hook.begin(order);
  }

  private static MnException inUse(String runId) {
    return new MnException(
        ErrorCode.CONFLICT,
        "run_id_in_use",
        "there is a run %s; choose another run_id, or none".formatted(runId));
  }

  /** Whether a run of this id is there, as far as its folder says. */
  public boolean isRun(String runId) {
    RunHook known = open.get(runId);
    return means.files().isOfJob(runId) || known != null && known.record().jobId() != null;
  }

  /** There is a job of the run: its hooks, if there are any, end with it. */
  public void submitted(String runId, String jobId) {
    RunHook hook = open.get(runId);
    if (hook != null) {
      hook.submitted(jobId);
      attend(hook);
    }
  }

  private void attend(RunHook hook) {
    threads.execute(
        () -> watch.awaitEnd(hook.record().jobId()).ifPresent(status -> end(hook, status)));
  }

  /** A failure leaves it to the next launch of this blueprint, or to the next server. */
  private boolean end(RunHook hook, String status) {
    String runId = hook.record().runId();
    try {
      boolean isDone = hook.end(status);
      if (isDone) {
        open.remove(runId, hook);
      }
      return isDone;
    } catch (MnException e) {
      LOG.warn("hooks of run {} cannot be ended in good order: {}", runId, e.getMessage());
      return false;
    }
  }

  /**
   * Removes the hooks and the run of a failed launch.
   *
   * @param launchId its progress id; hooks of other launches stay
   */
  public void abandon(String runId, String launchId) {
    RunHook hook = open.get(runId);
    if (hook != null && hook.record().isOnlyOf(launchId)) {
      abandon(hook);
    }
  }

  private void abandon(RunHook hook) {
    String runId = hook.record().runId();
    synchronized (hook) { // whoever waits for its end finds nothing of the run, either
      if (end(hook, null)) {
        means.files().remove(runId);
        left.remove(runId, hook);
      } else if (open.remove(runId, hook)) {
        left.put(runId, hook);
      }
    }
  }

  /**
   * Ends hooks of runs of this blueprint whose jobs are over, and those that an earlier launch has
   * left of this run.
   *
   * @return runs whose jobs are over
   */
  public List<String> cleanUp(String blueprintId, String runId) {
    Optional.ofNullable(left.get(runId)).ifPresent(this::abandon);
    List<String> ended = new ArrayList<>();
    for (RunHook hook : open.values()) {
      HookRecord record = hook.record();
      if (record.blueprintId().equals(blueprintId) && record.jobId() != null) {
        watch
            .ended(record.jobId())
            .filter(status -> end(hook, status))
            .ifPresent(_ -> ended.add(record.runId()));
      }
    }
    return ended;
  }

  /**
   * Takes up what earlier servers have left. Their programs have ended with them.
   *
   * @param isOpen whether a launch goes on
   */
  public void start(Predicate<String> isOpen) {
    if (means.programs() == null) {
      return;
    }
    try {
      means.store().all().forEach(record -> takeUp(record, isOpen));
    } catch (MnException e) {
      LOG.warn("hooks that an earlier server has left wait for the next: {}", e.getMessage());
    }
  }

  private void takeUp(HookRecord record, Predicate<String> isOpen) {
    RunHook hook = new RunHook(means, record);
    if (record.isEnding()) {
      hook.breakOff();
      return;
    }
    if (record.jobId() != null) {
      open.put(record.runId(), hook);
      attend(hook);
    } else if (isOpen.test(record.launchId())) {
      open.put(record.runId(), hook);
    } else {
      left.put(record.runId(), hook);
      threads.execute(() -> abandon(hook));
    }
  }

  /** Ends what runs; the next server does what is left. */
  @Override
  public void close() {
    isClosed = true;
    Stream.concat(open.values().stream(), left.values().stream()).toList().parallelStream()
        .forEach(RunHook::close);
  }

  /** Waits until jobs have ended, wherever they run. */
  private record HookWatch(JobsPort jobs, BooleanSupplier isClosed) {
    private static final Set<String> ENDS = Set.of("completed", "failed", "cancelled");

    /** News of jobs on other nodes do not come here, so each is looked at so often at least. */
    private static final int LOOK_SECONDS = 2;

    /**
     * The status of a job that has ended, {@code deleted} when it is gone; empty while it goes on.
     */
    Optional<String> ended(String jobId) {
      try {
        JobDetail job = jobs.brief(jobId);
        return Optional.ofNullable(job.status()).filter(ENDS::contains);
      } catch (MnException e) {
        return e.code() == ErrorCode.NOT_FOUND ? Optional.of("deleted") : Optional.empty();
      }
    }

    /** Waits for that; empty when the server stops. */
    Optional<String> awaitEnd(String jobId) {
      Semaphore news = new Semaphore(0);
      try (JobsPort.Subscription _ = jobs.watch(jobId, news::release)) {
        while (!isClosed.getAsBoolean()) {
          Optional<String> end = ended(jobId);
          if (end.isPresent()) {
            return end;
          }
          news.tryAcquire(LOOK_SECONDS, TimeUnit.SECONDS);
          news.drainPermits();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return Optional.empty();
    }
  }
}
