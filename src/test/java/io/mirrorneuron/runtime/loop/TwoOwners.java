package io.mirrorneuron.runtime.loop;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.Lifetime;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.drain.HandOvers;
import io.mirrorneuron.runtime.exec.pool.Pools;
import io.mirrorneuron.runtime.exec.pool.Pools.NodeCapacity;
import io.mirrorneuron.runtime.exec.pool.Pools.SlotRequest;
import io.mirrorneuron.runtime.exec.pool.Ports;
import io.mirrorneuron.runtime.exec.pool.SlotClaim;
import io.mirrorneuron.runtime.exec.workspace.Workspaces.NotStarted;
import io.mirrorneuron.runtime.manifest.graph.ServiceDemands;
import io.mirrorneuron.runtime.placement.LocalScheduler;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.Executions;
import io.mirrorneuron.runtime.port.Executions.Ending;
import io.mirrorneuron.runtime.port.Executions.Signal;
import io.mirrorneuron.runtime.port.Leader.Timers;
import io.mirrorneuron.runtime.service.ProgramGate;
import io.mirrorneuron.runtime.service.ServiceDirectory;
import io.mirrorneuron.runtime.service.ServiceKeeper;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Allocation;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.NodeRegistry;
import io.mirrorneuron.store.RecordStore;
import io.mirrorneuron.store.ServiceRegistry;
import io.mirrorneuron.testing.InMemoryJobStore;
import io.mirrorneuron.testing.InMemoryNodeRegistry;
import io.mirrorneuron.testing.InMemoryRecordStore;
import io.mirrorneuron.testing.InMemoryServiceRegistry;
import io.mirrorneuron.wire.Json;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;

/**
 * Two real engines, or more, over one store and one registry under a seeded scheduler. A node can
 * be cut off from the store, so that calls fail or lose their answers; its server can stand still,
 * while its programs run on; and it can die with its programs and start anew.
 */
final class TwoOwners {
  /** How long a call waits for an answer that does not come. */
  private static final long TIMEOUT_MS = 2000;

  /** A pool that has few slots. */
  static final String NARROW = "narrow";

  private static final int NARROW_SLOTS = 4;

  /** Of the config of an agent whose programs do not end by themselves. */
  static final String ENDLESS = "endless";

  /** The name of a service that jobs may offer. */
  static final String SERVICE = "offered";

  private record Task(long at, long order, Node node, int life, Runnable action) {}

  private final Random random;
  private final Workflow workflow;
  final InMemoryJobStore disk = new InMemoryJobStore();
  private final InMemoryRecordStore records = new InMemoryRecordStore();
  private final InMemoryNodeRegistry registry = new InMemoryNodeRegistry(() -> now());
  final InMemoryServiceRegistry services =
      new InMemoryServiceRegistry(
          () -> now(),
          this::epoch,
          owner -> registry.living().toCompletableFuture().join().contains(owner));
  private final PriorityQueue<Task> future =
      new PriorityQueue<>(Comparator.comparingLong(Task::at).thenComparingLong(Task::order));
  final List<Node> nodes;
  private final List<Program> running = new ArrayList<>();
  private long now = 1_000_000;
  private long order;
  private int steps;

  /** How many programs were given something, and how many had to wait for it. */
  int given;

  int waited;

  /** How many programs had slots of the pool that has few. */
  int narrow;

  /** How often the ledger was found to tell of a program that ran. */
  int reported;

  /** How often work was begun beside a server that stood still. */
  int overlaps;

  private final Front front;
  private boolean isNested;

  /** Stands before the runner of a node, from each start of its server on. */
  interface Front {
    Executions of(TwoOwners world, Node node, Executions runner);

    /** The server has begun. Answers whether somebody else than the node gives and takes jobs. */
    default boolean booted(Node node) {
      return false;
    }
  }

  /** What must not happen and did; kept, as the engine may catch what is thrown; or null. */
  private String fault;

  TwoOwners(long seed, Workflow workflow) {
    this(seed, workflow, 2, (_, _, runner) -> runner);
  }

  TwoOwners(long seed, Workflow workflow, int count, Front front) {
    this.random = new Random(seed);
    this.workflow = workflow;
    this.front = front;
    this.nodes =
        IntStream.rangeClosed(1, count)
            .mapToObj(i -> new Node("mirror_neuron@" + (char) ('a' + i - 1) + "#" + i))
            .toList();
    nodes.forEach(Node::boot);
  }

  long now() {
    return now;
  }

  /** Something that happens in this many milliseconds, to nobody's knowledge. */
  void later(long delay, Runnable action) {
    future.add(new Task(now + delay, order++, null, 0, action));
  }

  /** Runs until the job has ended and nothing of it runs, or for so many milliseconds. */
  void run(String jobId, long most) {
    run(List.of(jobId), most);
  }

  /** The same for several. */
  void run(List<String> jobs, long most) {
    long end = now + most;
    while (now < end && !(running.isEmpty() && jobs.stream().allMatch(this::hasEnded))) {
      if (fault != null) {
        throw new AssertionError(fault);
      }
      step();
    }
  }

  /** Goes on for so many milliseconds. */
  void settle(long ms) {
    for (long end = now + ms; now < end; ) {
      step();
    }
    if (fault != null) {
      throw new AssertionError(fault);
    }
  }

  InMemoryRecordStore records() {
    return records;
  }

  private void step() {
    if (++steps > 2_000_000) {
      throw new AssertionError("too much happens");
    }
    Task next = future.poll();
    now = Math.max(now, next.at());
    Node node = next.node();
    if (node == null) {
      next.action().run();
    } else if (next.life() == node.life) {
      if (now < node.standsUntil) {
        future.add(new Task(node.standsUntil, order++, node, next.life(), next.action()));
      } else {
        next.action().run();
      }
    }
  }

  void fault(String what) {
    fault = fault == null ? what : fault;
  }

  /** Null when the job is not open. */
  private Long epoch(String jobId) {
    return hasEnded(jobId) ? null : disk.holder(jobId).toCompletableFuture().join().epoch();
  }

  /** Where the service is found now. */
  List<Node> found() {
    return services.owners(SERVICE).stream()
        .map(owner -> nodes.stream().filter(one -> one.owner.equals(owner)).findFirst())
        .map(Optional::orElseThrow)
        .toList();
  }

  /** Whether a program has what it needs on a node. */
  boolean serves(Node node) {
    return running.stream().anyMatch(one -> one.node == node && one.hasSlots);
  }

  Workflow workflow() {
    return workflow;
  }

  private boolean hasEnded(String jobId) {
    return Set.of("completed", "failed", "cancelled").contains(String.valueOf(status(jobId)));
  }

  /** As it is stored; null when there is no such job. */
  String status(String jobId) {
    String row = disk.row(jobId).toCompletableFuture().join();
    return row == null ? null : Json.parseObject(row, "row").path("status").asText();
  }

  NodeRegistry registry() {
    return registry;
  }

  /** What the ledger says of programs that run is so. */
  void checkLedger() {
    Map<String, String> ledger = disk.allocations().toCompletableFuture().join();
    for (Program program : running) {
      String record = ledger.get(program.id());
      if (record != null && program.hasSlots && !program.isReported(record)) {
        fault = "the ledger says of " + program.id() + ": " + record;
      }
      reported += record == null ? 0 : 1;
    }
  }

  int programs() {
    return running.size();
  }

  /** One server and its machine. */
  final class Node {
    final String owner;
    private int life;
    private Engine engine;
    private HandOvers handOvers;
    private long eventLoopFree;
    private long cutUntil;
    private long standsUntil;
    private NodeCapacity stock = NodeCapacity.endless("node");
    private Pools pools;

    Node(String owner) {
      this.owner = owner;
    }

    Engine engine() {
      return engine;
    }

    /** Jobs that it gives to the other node, and those that it is given. */
    HandOvers handOvers() {
      return handOvers;
    }

    int life() {
      return life;
    }

    boolean isCut() {
      return now < cutUntil;
    }

    Timers timers() {
      return new Clockwork();
    }

    /**
     * Others do things while a thread of this server waits for so many of them, and while it stands
     * still. Answers whether the server is still there then.
     */
    boolean meanwhile(int most) {
      int asking = life;
      if (!isNested) {
        isNested = true;
        for (int i = 0; i < most || asking == life && now < standsUntil; i++) {
          step();
        }
        isNested = false;
      }
      return asking == life;
    }

    void cut(long ms) {
      cutUntil = Math.max(cutUntil, now + ms);
    }

    /** As after SIGSTOP, until SIGCONT. */
    void standStill(long ms) {
      standsUntil = Math.max(standsUntil, now + ms);
    }

    /** From now on it has this for programs. */
    void has(NodeCapacity things) {
      stock = things;
      pools.reconsider();
    }

    boolean isUp() {
      return engine != null;
    }

    /** Its server ends, with its programs; it begins again after some time. */
    void end(long ms) {
      life++;
      engine = null;
      running.removeIf(program -> program.node == this);
      later(
          ms,
          () -> {
            boot();
            engine.recover();
          });
    }

    /** Its programs die with it, as with their machine. */
    void die() {
      running.removeIf(program -> program.node == this);
      boot();
      engine.recover();
    }

    private void boot() {
      life++;
      pools =
          new Pools(
              Map.of("default", 1000, NARROW, NARROW_SLOTS),
              1000,
              () -> stock,
              new Ports(100, 109, 100, (_, _) -> true));
      engine =
          new Engine(
              new Engine.Identity(NodeRegistry.nameOf(owner), owner, false, 64),
              new Engine.Ports(
                  through(JobStore.class, disk),
                  through(NodeRegistry.class, registry),
                  new LocalScheduler(NodeRegistry.nameOf(owner)),
                  front.of(TwoOwners.this, this, new Programs()),
                  new Clockwork(),
                  jobId -> this::onEventLoop),
              text -> workflow,
              fingerprint -> null,
              (jobId, isPressing) -> {},
              keeper());
      engine.keepWatch();
      handOvers =
          new HandOvers(
              owner,
              engine.moves(),
              through(RecordStore.class, records),
              Lifetime.DEFAULT,
              new Clockwork());
      if (!front.booted(this)) {
        handOvers.start(() -> true);
      }
    }

    /** Keeps services that have no checks. */
    private JobWatch keeper() {
      if (ServiceDemands.of(workflow).offered().isEmpty()) {
        return JobWatch.NOBODY;
      }
      ServiceRegistry remote = through(ServiceRegistry.class, services);
      String name = NodeRegistry.nameOf(owner);
      ServiceKeeper keeper =
          new ServiceKeeper(
              new ServiceKeeper.Home(name, owner, Map.of(), bundle -> null, (_, _) -> false),
              remote,
              new Clockwork(),
              null,
              new ProgramGate(new ServiceDirectory(remote, name)));
      keeper.keepClean();
      return keeper;
    }

    void schedule(long delay, Runnable action) {
      future.add(new Task(now + Math.max(0, delay), order++, this, life, action));
    }

    private void onEventLoop(Runnable action) {
      eventLoopFree = Math.max(eventLoopFree, now) + random.nextInt(3);
      schedule(eventLoopFree - now, action);
    }

    <T> T through(Class<T> port, T target) {
      return port.cast(
          Proxy.newProxyInstance(
              port.getClassLoader(),
              new Class<?>[] {port},
              (proxy, method, arguments) -> {
                if (method.getReturnType() == void.class) {
                  Object[] heard = {arguments[0], whileItLives((Runnable) arguments[1])};
                  return method.invoke(target, heard);
                }
                if (!CompletionStage.class.isAssignableFrom(method.getReturnType())) {
                  return method.invoke(target, arguments); // what was heard last
                }
                CompletableFuture<Object> answer = new CompletableFuture<>();
                boolean cutNow = isCut();
                int asking = life;
                eventLoopFree = Math.max(eventLoopFree, now) + random.nextInt(4);
                long sent = eventLoopFree;
                if (cutNow && random.nextBoolean()) {
                  fail(answer);
                  return answer;
                }
                // Done even if the node stands still by then; nobody knows when cut off.
                later(
                    sent - now,
                    () -> {
                      CompletionStage<?> result;
                      try {
                        result = (CompletionStage<?>) method.invoke(target, arguments);
                      } catch (ReflectiveOperationException e) {
                        throw new AssertionError(e);
                      }
                      if (asking != life) {
                        return; // nobody is there any more to hear it
                      }
                      if (cutNow) {
                        fail(answer);
                      } else {
                        onEventLoop(() -> pass(result, answer));
                      }
                    });
                return answer;
              }));
    }

    /** Nobody hears anything while cut off, or after its death. */
    private Runnable whileItLives(Runnable hears) {
      int hearing = life;
      return () -> {
        if (hearing == life && !isCut()) {
          schedule(1, hears);
        }
      };
    }

    private void fail(CompletableFuture<Object> answer) {
      schedule(
          TIMEOUT_MS,
          () ->
              onEventLoop(
                  () ->
                      answer.completeExceptionally(
                          MnException.unavailable("Redis does not answer", null))));
    }

    private static void pass(CompletionStage<?> from, CompletableFuture<Object> to) {
      from.whenComplete(
          (value, failure) -> {
            if (failure != null) {
              to.completeExceptionally(failure);
            } else {
              to.complete(value);
            }
          });
    }

    private final class Clockwork implements Timers {
      @Override
      public long now() {
        return now;
      }

      @Override
      public void at(long at, Runnable task) {
        schedule(at - now, task);
      }
    }

    /** Runs programs with what the real pools give them. */
    private final class Programs implements Executions {
      @Override
      public void start(Execution execution, Listener listener) {
        Program program = new Program(Node.this, life, execution, listener);
        program.notTwice();
        running.add(program);
        SlotRequest want =
            new SlotRequest(
                execution.executionId(),
                execution.jobId(),
                execution.agentId(),
                execution.request(),
                execution.rank());
        try {
          program.claim =
              pools.claim(program.pool, program.slots, want, () -> schedule(0, program::begin));
        } catch (NotStarted e) {
          throw new AssertionError(e);
        }
        program
            .claim
            .lack()
            .map(lack -> new Hold(Hold.Cause.RESOURCES, lack.sentence()))
            .ifPresent(
                hold -> {
                  waited++;
                  schedule(0, () -> listener.signal(new Signal.Held(hold)));
                });
      }

      @Override
      public void stop(String executionId) {
        List.copyOf(running).stream()
            .filter(one -> one.node == Node.this && one.id().equals(executionId))
            .forEach(one -> later(random.nextInt(200), () -> one.end(Ending.STOPPED)));
      }

      @Override
      public CompletionStage<Void> stopAll() {
        CompletableFuture<Void> gone = new CompletableFuture<>();
        int asking = life;
        List<Program> mine = running.stream().filter(one -> one.node == Node.this).toList();
        later(
            random.nextInt(200),
            () -> {
              mine.forEach(one -> one.end(Ending.STOPPED));
              if (asking == life) {
                schedule(0, () -> gone.complete(null));
              }
            });
        return gone;
      }
    }
  }

  private final class Program {
    final Node node;
    private final int life;
    private final Execution execution;
    private final Executions.Listener listener;
    private final String pool;
    private final int slots;
    private SlotClaim claim;
    private boolean hasSlots;
    private Allocation has;

    Program(Node node, int life, Execution execution, Executions.Listener listener) {
      this.node = node;
      this.life = life;
      this.execution = execution;
      this.listener = listener;
      this.pool = execution.config().path("pool").asText("default");
      this.slots = execution.config().path("pool_slots").asInt(1);
    }

    String id() {
      return execution.executionId();
    }

    /** It has its slot and what else it asked for; it may have been stopped meanwhile. */
    void begin() {
      if (!running.contains(this)) {
        return;
      }
      has = claim.allocation();
      hasSlots = true;
      notTooManySlots();
      if (has != null) {
        nothingTwice();
      }
      long at = now;
      node.schedule(
          random.nextInt(20),
          () -> listener.signal(new Signal.Leased(Simulation.lease(id(), pool, slots, at, has))));
      Ending ending = Simulation.ending(execution);
      if (execution.config().path(ENDLESS).asBoolean()) {
        return;
      }
      long takes =
          ending == Ending.TIMED_OUT
              ? execution.workflow().path("timeout_ms").asLong()
              : 100 + random.nextInt(30_000);
      later(takes, () -> end(ending)); // a program runs while its server stands still
    }

    /** The programs on this machine have no more slots than it has. */
    private void notTooManySlots() {
      int taken =
          running.stream()
              .filter(one -> one.node == node && one.hasSlots && one.pool.equals(NARROW))
              .mapToInt(one -> one.slots)
              .sum();
      if (taken > NARROW_SLOTS) {
        fault = taken + " slots of " + NARROW_SLOTS + " are taken at " + node.owner;
      }
      narrow += pool.equals(NARROW) ? 1 : 0;
    }

    /** Whether the ledger says of it what is so. */
    boolean isReported(String record) {
      ObjectNode reported = Json.parseObject(record, "record of the ledger");
      String name = has == null ? NodeRegistry.nameOf(node.owner) : has.node();
      return reported.path("node").asText().equals(name)
          && reported.path("pool").asText().equals(pool)
          && reported.path("slots").asInt() == slots;
    }

    /** No other program on this machine has any of it. */
    private void nothingTwice() {
      given++;
      running.stream()
          .filter(other -> other != this && other.node == node && other.has != null)
          .filter(
              other ->
                  other.has.devices().stream().anyMatch(has.devices()::contains)
                      || other.has.ports().stream()
                          .anyMatch(port -> has.ports().stream().anyMatch(port::isSameNumber)))
          .forEach(other -> fault = other.has + " and " + has + " are given at once");
    }

    /** What one program works on. */
    private String work() {
      return String.join(
          "/",
          execution.jobId(),
          execution.agentId(),
          execution.workflow().path("step_id").asText());
    }

    /**
     * The same work runs elsewhere only when one of the two servers stands still, or stood a moment
     * ago: then it cannot know, and ends it within a second.
     */
    void notTwice() {
      Map<String, Program> same = new LinkedHashMap<>();
      running.stream()
          .filter(other -> other.work().equals(work()))
          .forEach(other -> same.put(other.node.owner, other));
      same.values().stream()
          .filter(other -> other.node == node || !other.stays())
          .forEach(this::mayOverlap);
    }

    /** Its job is another node's by now, and what it offers still here. */
    private boolean stays() {
      return node.engine.moves().staying().contains(execution.jobId());
    }

    private void mayOverlap(Program other) {
      Program late = other.node.standsUntil + 1000 >= now ? other : this;
      if (other.node == node || late.node.standsUntil + 1000 < now) {
        fault = work() + " runs at " + node.owner + " and at " + other.node.owner;
      }
      overlaps++;
      later(
          Math.max(0, late.node.standsUntil - now) + 1000,
          () -> {
            if (running.contains(late) && late.node.standsUntil + 1000 <= now) {
              fault = work() + " goes on at " + late.node.owner;
            }
          });
    }

    void end(Ending ending) {
      if (running.remove(this)) {
        node.schedule(
            0,
            () -> {
              if (life == node.life) {
                claim.close();
                listener.signal(new Signal.Finished(Simulation.outcome(execution, ending, now)));
              }
            });
      }
    }
  }
}
