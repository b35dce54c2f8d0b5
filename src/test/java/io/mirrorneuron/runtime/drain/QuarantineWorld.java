package io.mirrorneuron.runtime.drain;

import io.mirrorneuron.config.NodeSettings.QuarantineLimits;
import io.mirrorneuron.model.Lifetime;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.node.NodeState;
import io.mirrorneuron.runtime.port.Leader.Timers;
import io.mirrorneuron.store.LeaderLease;
import io.mirrorneuron.store.NodeRegistry;
import io.mirrorneuron.store.RecordStore;
import io.mirrorneuron.testing.InMemoryLeaderLease;
import io.mirrorneuron.testing.InMemoryNodeRegistry;
import io.mirrorneuron.testing.InMemoryRecordStore;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Nodes that note their faults and watch each other under a seeded scheduler: one thread, a clock
 * that jumps, calls of the store that are delayed, lost, lose their answer or kill who made them,
 * and nodes that stand still. The same seed gives the same history.
 */
final class QuarantineWorld {
  static final QuarantineLimits LIMITS =
      new QuarantineLimits(3, 0, Duration.ofSeconds(30), Duration.ofSeconds(60));
  private static final int OUTSIDE = -1;

  private record Scheduled(long at, long order, int node, int life, Runnable task) {}

  /** A node: what it is made of anew with each life. */
  final class Node {
    final int index;
    final String name;
    int deaths;
    private int life;
    private boolean lives;
    private long stillUntil;
    FaultRecorder health;

    Node(int index) {
      this.index = index;
      this.name = "n%d@h".formatted(index);
    }

    void boot() {
      life++;
      lives = true;
      int born = life;
      Timers timers = timers(this, born);
      RecordStore records =
          distant(this, born, RecordStore.class, isFenced ? disk : new Unfenced(disk).store());
      NodeRegistry nodes = distant(this, born, NodeRegistry.class, registry);
      NodeStore book = new NodeStore(records, timers);
      health = new FaultRecorder(name, book, () -> true, timers);
      var watch =
          new MemberWatch(
              name + "#1",
              nodes,
              book,
              distant(this, born, LeaderLease.class, lease()),
              new QuarantineRule(LIMITS, Lifetime.DEFAULT),
              () -> true,
              timers);
      beat(born);
      health.start(() -> true);
      watch.start();
    }

    private void beat(int born) {
      registry.beat(name + "#1");
      schedule(now + 5000, index, born, () -> beat(born));
    }

    void die(int awayMs) {
      if (lives) {
        lives = false;
        life++;
        deaths++;
        schedule(now + awayMs, OUTSIDE, 0, this::boot);
      }
    }

    void standStill(int ms) {
      stillUntil = now + ms;
    }

    boolean isUp() {
      return lives;
    }
  }

  final InMemoryRecordStore disk = new InMemoryRecordStore();
  final InMemoryNodeRegistry registry = new InMemoryNodeRegistry(() -> now());
  final List<Node> nodes = new ArrayList<>();
  final Random random;
  private final boolean isFenced;
  private final InMemoryLeaderLease leases = new InMemoryLeaderLease(() -> now());
  private final PriorityQueue<Scheduled> future =
      new PriorityQueue<>(
          Comparator.comparingLong(Scheduled::at).thenComparingLong(Scheduled::order));
  private final Runnable check;

  /** How probable it is that a call is lost, loses its answer, or kills who made it. */
  double trouble;

  /** How probable it is that a call is on its way for up to 40 seconds. */
  double slow;

  /** How probable it is that a node dies by a call. */
  double deadly;

  private long now = 1_000_000_000_000L;
  private long order;

  /**
   * @param isFenced whether the store refuses what a former leader writes
   * @param check is called after each step with the store as it is
   */
  QuarantineWorld(long seed, int count, boolean isFenced, Runnable check) {
    this.random = new Random(seed);
    this.isFenced = isFenced;
    this.check = check;
    for (int i = 0; i < count; i++) {
      nodes.add(new Node(i));
    }
    nodes.forEach(Node::boot);
  }

  long now() {
    return now;
  }

  /** What somebody outside does at that time from now. */
  void later(long ms, Runnable task) {
    schedule(now + ms, OUTSIDE, 0, task);
  }

  private void schedule(long at, int node, int life, Runnable task) {
    future.add(new Scheduled(at, order++, node, life, task));
  }

  void run(long ms) {
    long until = now + ms;
    while (!future.isEmpty() && future.peek().at() <= until) {
      Scheduled next = future.poll();
      now = Math.max(now, next.at());
      if (next.node() == OUTSIDE) {
        next.task().run();
      } else if (nodes.get(next.node()).life == next.life()) {
        long still = nodes.get(next.node()).stillUntil;
        if (still > now) {
          schedule(still, next.node(), next.life(), next.task());
        } else {
          next.task().run();
        }
      }
      check.run();
    }
    now = until;
  }

  private Timers timers(Node node, int life) {
    return new Timers() {
      @Override
      public long now() {
        return now;
      }

      @Override
      public void at(long at, Runnable task) {
        schedule(Math.max(at, now), node.index, life, task);
      }
    };
  }

  /** Who takes the lead is known to the store of records from then on. */
  private LeaderLease lease() {
    return new LeaderLease() {
      @Override
      public CompletionStage<Answer> take(
          String kind, String owner, long lastsMs, long term, String over) {
        return leases
            .take(kind, owner, lastsMs, term, over)
            .thenApply(
                answer -> {
                  if (answer.term() != NONE) {
                    disk.lead(kind, answer.term());
                  }
                  return answer;
                });
      }

      @Override
      public CompletionStage<Void> leave(String kind, String owner, long term) {
        return leases.leave(kind, owner, term);
      }
    };
  }

  /** Records that take what anybody writes: the mutation that must be found. */
  private record Unfenced(RecordStore disk) {
    RecordStore store() {
      InvocationHandler handler =
          (proxy, method, given) -> {
            if (given != null && given[given.length - 1] instanceof RecordStore.Beside beside) {
              given[given.length - 1] = beside.by(0);
            }
            return method.invoke(disk, given);
          };
      return of(RecordStore.class, handler);
    }
  }

  private static <T> T of(Class<T> port, InvocationHandler handler) {
    return port.cast(Proxy.newProxyInstance(port.getClassLoader(), new Class<?>[] {port}, handler));
  }

  /** The port as that life of a node reaches it. */
  private <T> T distant(Node node, int life, Class<T> port, T near) {
    return of(
        port,
        (proxy, method, given) ->
            method.isDefault()
                ? InvocationHandler.invokeDefault(proxy, method, given)
                : !CompletionStage.class.isAssignableFrom(method.getReturnType())
                    ? method.invoke(near, given)
                    : call(node, life, () -> invoked(near, method, given)));
  }

  private static CompletionStage<?> invoked(
      Object near, java.lang.reflect.Method method, Object[] given) {
    try {
      return (CompletionStage<?>) method.invoke(near, given);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }

  private CompletionStage<Object> call(Node node, int life, Supplier<CompletionStage<?>> near) {
    CompletableFuture<Object> answer = new CompletableFuture<>();
    boolean isLost = random.nextDouble() < trouble;
    boolean isUnanswered = random.nextDouble() < trouble;
    boolean kills = random.nextDouble() < deadly;
    boolean isSlow = random.nextDouble() < slow;
    long there = now + 1 + random.nextInt(isSlow ? 40_000 : 50);
    long back = there + 1 + random.nextInt(50);
    if (!isLost) {
      schedule(
          there,
          OUTSIDE,
          0,
          () ->
              near.get()
                  .whenComplete(
                      (value, failure) -> {
                        if (kills && node.life == life) {
                          node.die(2000 + random.nextInt(30_000));
                        } else if (!isUnanswered) {
                          schedule(back, node.index, life, () -> end(answer, value, failure));
                        }
                      }));
    }
    if (isLost || isUnanswered) {
      schedule(
          back + 2000,
          node.index,
          life,
          () -> answer.completeExceptionally(MnException.unavailable("no answer", null)));
    }
    return answer;
  }

  private static void end(CompletableFuture<Object> answer, Object value, Throwable failure) {
    if (failure == null) {
      answer.complete(value);
    } else {
      answer.completeExceptionally(failure);
    }
  }

  /** What is stored of a node; asked directly. */
  NodeState state(String name) {
    return book().read(name).toCompletableFuture().join();
  }

  /** As an operator reaches it, whose calls arrive. */
  NodeStore book() {
    return new NodeStore(
        disk,
        new Timers() {
          @Override
          public long now() {
            return now;
          }

          @Override
          public void at(long at, Runnable task) {
            schedule(at, OUTSIDE, 0, task);
          }
        });
  }

  List<String> living() {
    return registry.living().toCompletableFuture().join().stream()
        .map(NodeRegistry::nameOf)
        .sorted()
        .toList();
  }
}
