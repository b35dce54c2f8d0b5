package io.mirrorneuron.runtime.service;

import io.mirrorneuron.runtime.loop.JobWatch;
import io.mirrorneuron.runtime.manifest.graph.ServiceDemands;
import io.mirrorneuron.runtime.port.Timers;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.store.ServiceRegistry;
import io.mirrorneuron.store.ServiceRegistry.Claim;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiPredicate;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Registers the services of the jobs that are open on this node, has them checked, and removes them
 * with their jobs. A job that is taken over is opened by its new owner, which registers them anew;
 * what its former owner could not remove no reader gets, and is swept.
 */
public final class ServiceKeeper implements JobWatch, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ServiceKeeper.class);
  private static final long SWEEP_MS = 60_000;
  private static final long LAST_WRITES_MS = 2_000;

  private final Home home;
  private final ServiceWorks works;
  private final ProgramGate gate;
  private final Set<JobServices> jobs = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;
  private volatile boolean hasForgotten;

  /**
   * Where this node is.
   *
   * @param owner of its jobs, as the store knows it
   * @param environment variables that templates may have
   * @param bundles folder of payload files by their fingerprint
   * @param isDoor whether this server itself answers at an address and port
   */
  public record Home(
      String node,
      String owner,
      Map<String, String> environment,
      Function<String, Path> bundles,
      BiPredicate<String, Integer> isDoor) {}

  /**
   * @param prober closed with this
   * @param gate is told which jobs are open
   */
  public ServiceKeeper(
      Home home, ServiceRegistry registry, Timers timers, Prober prober, ProgramGate gate) {
    this.home = home;
    this.works = new ServiceWorks(registry, timers, prober, new ProbeSchedule());
    this.gate = gate;
  }

  @Override
  public Listener of(JobState state, long epoch, Teller teller) {
    ServiceDemands demands;
    try {
      demands = ServiceDemands.of(state.workflow());
    } catch (RuntimeException e) {
      LOG.error("the services of job {} cannot be read", state.jobId(), e);
      return Listener.NOBODY;
    }
    if (demands.offered().isEmpty() && demands.byAgent().isEmpty()) {
      return Listener.NOBODY;
    }
    String bundle = state.header().origin().bundle();
    String target = state.header().origin().target();
    JobOffer offer =
        new JobOffer(
            demands,
            new Claim(home.owner(), state.jobId(), epoch),
            home.node(),
            target == null ? "" : "@" + target,
            home.environment(),
            bundle == null ? null : home.bundles().apply(bundle),
            home.isDoor());
    return listener(offer, teller);
  }

  private Listener listener(JobOffer offer, Teller teller) {
    JobServices[] itself = new JobServices[1];
    itself[0] = new JobServices(offer, works, teller, gate, () -> jobs.remove(itself[0]));
    return new Listener() {
      @Override
      public void settled(JobState state) {
        if (!closed) {
          jobs.add(itself[0]);
          harmless(state.jobId(), () -> itself[0].settled(state));
        }
      }

      @Override
      public void left() {
        harmless(offer.claim().jobId(), itself[0]::left);
      }

      @Override
      public CompletionStage<Boolean> isArriving() {
        return itself[0].isArriving();
      }

      @Override
      public Staying hand(long forMs) {
        try {
          return itself[0].hand(forMs);
        } catch (RuntimeException e) {
          LOG.error("the services of job {} end where it leaves", offer.claim().jobId(), e);
          left();
          return Staying.NOTHING;
        }
      }
    };
  }

  /** A job goes on whatever becomes of its services. */
  private static void harmless(String jobId, Runnable work) {
    try {
      work.run();
    } catch (RuntimeException e) {
      LOG.error("the services of job {} are not kept as they should be", jobId, e);
    }
  }

  /** How many checks wait for their time. */
  int waitingChecks() {
    return works.schedule().waiting();
  }

  /** Removes from now on, from time to time, what nobody could remove. */
  public void keepClean() {
    if (closed) {
      return;
    }
    forgotten()
        .thenCompose(done -> works.registry().sweep())
        .whenComplete(
            (removed, failure) -> {
              if (failure == null && removed > 0) {
                LOG.info("removed {} services of jobs that have ended", removed);
              }
              works.timers().at(works.now() + SWEEP_MS, this::keepClean);
            });
  }

  /** What a former process of this node has left for a while is no more. */
  private CompletionStage<?> forgotten() {
    return hasForgotten
        ? CompletableFuture.completedStage(null)
        : works.registry().forget(home.owner()).thenRun(() -> hasForgotten = true);
  }

  /** Removes all that this node has registered, as far as the store answers in time. */
  @Override
  public void close() {
    closed = true;
    CompletableFuture<?>[] ends =
        jobs.stream().map(JobServices::end).toArray(CompletableFuture<?>[]::new);
    works.schedule().close();
    try {
      CompletableFuture.allOf(ends).get(LAST_WRITES_MS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("some services could not be removed; nobody gets them while this server is away");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    works.prober().close();
  }
}
