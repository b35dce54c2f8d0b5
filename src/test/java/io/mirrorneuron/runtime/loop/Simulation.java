package io.mirrorneuron.runtime.loop;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.placement.LocalScheduler;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.Executions;
import io.mirrorneuron.runtime.port.Executions.Ending;
import io.mirrorneuron.runtime.port.Executions.Lease;
import io.mirrorneuron.runtime.port.Executions.Outcome;
import io.mirrorneuron.runtime.port.Executions.Sandbox;
import io.mirrorneuron.runtime.port.Executions.Signal;
import io.mirrorneuron.runtime.port.Executions.Structured;
import io.mirrorneuron.runtime.port.Leader.Timers;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Allocation;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.testing.InMemoryJobStore;
import io.mirrorneuron.testing.InMemoryNodeRegistry;
import io.mirrorneuron.wire.Json;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * The real engine under a seeded scheduler: one thread, a clock that jumps, a store whose calls are
 * delayed, lost or lose their answer, programs that die with their server, and servers that die
 * between any two store calls. The same seed gives the same history.
 */
final class Simulation {
  static final String OWNER = "mirror_neuron@sim";

  /** Whom the token names with which jobs are submitted. */
  static final String SUBMITTER = "sue";

  /** The life of things that no crash of the server ends: what users do. */
  private static final int OUTSIDE = -1;

  private record Scheduled(long at, long order, int life, Runnable task) {}

  private final Random random;
  private final Faults faults;
  private final Workflow workflow;
  private final String manifest;
  private final Function<String, Workflow> manifests;
  private final int inlineLimit;
  private final InMemoryJobStore disk = new InMemoryJobStore(Integer.MAX_VALUE, this::now);
  private final HistoryDigest history = new HistoryDigest();
  private final PriorityQueue<Scheduled> future =
      new PriorityQueue<>(
          Comparator.comparingLong(Scheduled::at).thenComparingLong(Scheduled::order));
  private final Map<String, Running> running = new LinkedHashMap<>();
  private final Set<String> started = new HashSet<>();

  /** What a store that is wrong makes of each commit. */
  UnaryOperator<JobStore.Commit> distortion = UnaryOperator.identity();

  /** Hears of each program that is started. */
  Consumer<Execution> begins = execution -> {};

  /** The node that a program is put on; null for that of its job. */
  Function<Execution, String> places = execution -> null;

  /** How a program ends on a node, which is null for that of its job. */
  BiFunction<Execution, String, Ending> endings = (execution, node) -> ending(execution);

  private long now = 1_000_000;
  private long order;
  private int life;
  private final Set<Integer> alive = new HashSet<>(Set.of(OUTSIDE));
  private long eventLoopFree;
  private Engine engine;
  private final Map<Integer, Engine> engines = new LinkedHashMap<>();
  private int steps;

  int crashes;

  /**
   * @param crash chance per step that the server dies
   * @param away chance per store call that it fails, applied or not
   * @param twice chance per word of a program that it is heard a second time, later
   */
  record Faults(double crash, double away, double twice) {
    static final Faults NONE = new Faults(0, 0, 0);
  }

  private record Running(
      String key, Execution execution, String node, Executions.Listener listener) {
    Lease lease(long now) {
      Lease here = Simulation.lease(execution.executionId(), now);
      return new Lease(here.leaseId(), here.pool(), here.slots(), now, now, null, node);
    }
  }

  /**
   * @param inlineLimit from which size on values are blobs
   */
  Simulation(long seed, Workflow workflow, Faults faults, int inlineLimit) {
    this(seed, "{}", text -> workflow, faults, inlineLimit);
  }

  /** The same of a job whose manifest may become another. */
  Simulation(
      long seed,
      String manifest,
      Function<String, Workflow> manifests,
      Faults faults,
      int inlineLimit) {
    this.inlineLimit = inlineLimit;
    this.random = new Random(seed);
    this.manifest = manifest;
    this.manifests = manifests;
    this.workflow = manifests.apply(manifest);
    this.faults = faults;
    boot();
  }

  // ---- the world

  private void schedule(int ofLife, long delay, Runnable task) {
    future.add(new Scheduled(now + delay, order++, ofLife, task));
  }

  /** Runs until nothing is left to happen, or until the step limit shows that it never ends. */
  void run() {
    while (!future.isEmpty()) {
      if (++steps > 200_000) {
        throw new AssertionError("the simulation does not come to an end");
      }
      Scheduled next = future.poll();
      now = Math.max(now, next.at());
      if (alive.contains(next.life())) {
        next.task().run();
      }
      if (random.nextDouble() < faults.crash() && crashes < 10) {
        crash();
        checkCounts();
      }
    }
    checkCounts();
  }

  /** The server dies, or is only thought dead and goes on beside the one that takes over. */
  private void crash() {
    crashes++;
    if (random.nextInt(3) > 0) {
      alive.remove(life);
      String mine = life + "/";
      running.keySet().removeIf(key -> key.startsWith(mine));
    }
    life++;
    boot();
    engine.recover();
  }

  private void boot() {
    int born = life;
    alive.add(born);
    engine =
        new Engine(
            new Engine.Identity(OWNER, OWNER, false, inlineLimit),
            new Engine.Ports(
                unreliable(born),
                new InMemoryNodeRegistry(),
                new LocalScheduler(OWNER),
                new Programs(born),
                new Clockwork(born),
                jobId -> task -> onEventLoop(born, task)),
            manifests,
            fingerprint -> null,
            (jobId, isPressing) -> {});
    engines.put(born, engine);
  }

  private final class Clockwork implements Timers {
    private final int born;

    Clockwork(int born) {
      this.born = born;
    }

    @Override
    public long now() {
      return now;
    }

    @Override
    public void at(long at, Runnable task) {
      history.add("at", at);
      schedule(born, Math.max(0, at - now), task);
    }
  }

  /** Tasks of the one lane run in the order in which they came, each after a random pause. */
  private void onEventLoop(int ofLife, Runnable task) {
    eventLoopFree = Math.max(eventLoopFree, now) + random.nextInt(3);
    schedule(ofLife, eventLoopFree - now, task);
  }

  // ---- what a test does

  CompletionStage<?> submit(String jobId) {
    return engine
        .creation()
        .submit(
            new JobStore.NewJob(jobId, OWNER, manifest, null, null, null),
            workflow,
            null,
            SUBMITTER,
            null,
            workflow.isSystem() ? List.of(OWNER) : List.of());
  }

  /** Whoever owns the job then gets the command; the others refuse it. */
  void later(long delay, Function<Engine, ?> command) {
    schedule(
        OUTSIDE,
        delay,
        () ->
            engines.forEach(
                (born, one) -> {
                  if (alive.contains(born)) {
                    command.apply(one);
                  }
                }));
  }

  Workflow workflow() {
    return workflow;
  }

  JobStore disk() {
    return disk;
  }

  private long now() {
    return now;
  }

  /** The counts of jobs are those of a look at each row. */
  void checkCounts() {
    Map<String, Long> seen =
        disk.rows(Integer.MAX_VALUE, true).toCompletableFuture().join().stream()
            .map(row -> Json.parseObject(row.json(), "row").path("status").asText())
            .collect(Collectors.groupingBy(status -> status, TreeMap::new, Collectors.counting()));
    Map<String, Long> counts = disk.counts().toCompletableFuture().join();
    if (!seen.equals(counts)) {
      throw new AssertionError("jobs are " + seen + " but counted as " + counts);
    }
  }

  /** A month goes by in which nobody does anything. */
  void passAMonth() {
    now += Duration.ofDays(30).toMillis();
    disk.tidy().toCompletableFuture().join();
  }

  boolean isEmpty() {
    return disk.isEmpty();
  }

  boolean isPaused(String jobId) {
    String row = disk.row(jobId).toCompletableFuture().join();
    return row != null && row.contains("\"status\":\"paused\"");
  }

  int openPrograms() {
    return running.size();
  }

  // ---- the store, seen through a bad network

  private JobStore unreliable(int born) {
    return (JobStore)
        Proxy.newProxyInstance(
            JobStore.class.getClassLoader(),
            new Class<?>[] {JobStore.class},
            (proxy, method, arguments) -> {
              history.add(method.getName(), arguments);
              CompletableFuture<Object> answer = new CompletableFuture<>();
              boolean away = random.nextDouble() < faults.away();
              boolean applied = !away || random.nextBoolean();
              eventLoopFree = Math.max(eventLoopFree, now) + random.nextInt(4);
              schedule(
                  born,
                  eventLoopFree - now,
                  () -> {
                    Object stage = null;
                    if (applied) {
                      try {
                        stage = method.invoke(disk, distorted(arguments));
                      } catch (ReflectiveOperationException e) {
                        throw new AssertionError(e);
                      }
                    }
                    Object result = stage;
                    onEventLoop(
                        born,
                        () -> {
                          if (away) {
                            answer.completeExceptionally(
                                MnException.unavailable("Redis does not answer", null));
                          } else {
                            ((CompletionStage<?>) result)
                                .whenComplete(
                                    (value, failure) -> {
                                      if (failure != null) {
                                        answer.completeExceptionally(failure);
                                      } else {
                                        answer.complete(value);
                                      }
                                    });
                          }
                        });
                  });
              return answer;
            });
  }

  private Object[] distorted(Object[] arguments) {
    if (arguments != null && arguments[0] instanceof JobStore.Commit commit) {
      return new Object[] {distortion.apply(commit)};
    }
    return arguments;
  }

  // ---- programs

  /** How a try ends is a property of the agent and the try, not of the run. */
  static Ending ending(Execution execution) {
    int attempt = execution.workflow().path("attempt").asInt(execution.attempt());
    if (attempt <= execution.config().path("fails").asInt(0)) {
      return Ending.FAILED;
    }
    return attempt <= execution.config().path("hangs").asInt(0)
        ? Ending.TIMED_OUT
        : Ending.SUCCEEDED;
  }

  private final class Programs implements Executions {
    private final int born;

    Programs(int born) {
      this.born = born;
    }

    @Override
    public void start(Execution execution, Listener listener) {
      history.add("start", execution);
      begins.accept(execution);
      String id = born + "/" + execution.executionId();
      String node = places.apply(execution);
      Running mine = new Running(id, execution, node, twice(born, listener));
      if (!started.add(execution.executionId())) {
        throw new AssertionError("execution " + execution.executionId() + " was started twice");
      }
      running.put(id, mine);
      int leased = random.nextInt(20);
      schedule(
          born,
          leased,
          () -> {
            if (running.get(id) == mine) {
              mine.listener().signal(new Signal.Leased(mine.lease(now)));
            }
          });
      Ending ending = endings.apply(execution, node);
      long takes =
          ending == Ending.TIMED_OUT
              ? leased + execution.workflow().path("timeout_ms").asLong()
              : 20 + random.nextInt(200);
      if (!execution.config().path("serves").asBoolean()) { // else it never ends
        schedule(born, takes, () -> finish(mine, ending));
      }
    }

    @Override
    public void stop(String executionId) {
      history.add("stop", executionId);
      Running stopped = running.get(born + "/" + executionId);
      if (stopped != null) {
        schedule(born, random.nextInt(10), () -> finish(stopped, Ending.STOPPED));
      }
    }

    @Override
    public CompletionStage<Void> stopAll() {
      String mine = born + "/";
      List.copyOf(running.values()).stream()
          .filter(one -> one.key().startsWith(mine))
          .forEach(one -> finish(one, Ending.STOPPED));
      return CompletableFuture.completedFuture(null);
    }
  }

  private Executions.Listener twice(int born, Executions.Listener listener) {
    return signal -> {
      listener.signal(signal);
      if (random.nextDouble() < faults.twice()) {
        schedule(born, random.nextInt(300), () -> listener.signal(signal));
      }
    };
  }

  private void finish(Running mine, Ending ending) {
    Execution execution = mine.execution();
    if (!running.remove(mine.key(), mine)) {
      return;
    }
    mine.listener().signal(new Signal.Finished(outcome(execution, ending, mine.lease(now))));
  }

  /** What a program of this execution tells that ends so. */
  static Outcome outcome(Execution execution, Ending ending, long now) {
    return outcome(execution, ending, lease(execution.executionId(), now));
  }

  private static Outcome outcome(Execution execution, Ending ending, Lease lease) {
    String error =
        switch (ending) {
          case FAILED -> "sh exited with code 1";
          case TIMED_OUT -> "sh timed out";
          default -> null;
        };
    JsonNode prints = execution.config().path("prints");
    return new Outcome(
        ending,
        error,
        ending == Ending.FAILED ? 1 : 0,
        new Sandbox("host_local", "box", "/box"),
        "done " + execution.agentId(),
        "",
        prints.isObject() && ending == Ending.SUCCEEDED
            ? Stage.structured(prints)
            : Structured.NONE,
        lease);
  }

  static Lease lease(String executionId, long now) {
    return lease(executionId, now, null);
  }

  static Lease lease(String executionId, long now, Allocation given) {
    return lease(executionId, "default", 1, now, given);
  }

  static Lease lease(String executionId, String pool, int slots, long now, Allocation given) {
    return new Lease("lease-" + executionId, pool, slots, now, now, given, null);
  }

  /** The same for two builds of the engine only if both have asked for the same, in one order. */
  String digest() {
    return history.text();
  }

  /** Events of the job, in order, as stored. */
  List<JobStore.StoredEvent> events(String jobId) {
    return new ArrayList<>(disk.events(jobId, 0, Integer.MAX_VALUE).toCompletableFuture().join());
  }
}
