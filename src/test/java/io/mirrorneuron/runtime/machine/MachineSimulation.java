package io.mirrorneuron.runtime.machine;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.Lifetime;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.port.Leader.Timers;
import io.mirrorneuron.store.RecordStore;
import io.mirrorneuron.testing.InMemoryRecordStore;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Two servers that drive the records of one machine under a seeded scheduler: one thread, a clock
 * that jumps, store calls and deeds that are delayed, lost or lose their answer, servers that die
 * between any two of them and come back, and now and then two leaders at once. The same seed gives
 * the same history. A new state machine is tested by giving it to this class with its world.
 *
 * @param <S> state, {@code <I>} input and {@code <E>} deed of the machine
 */
public final class MachineSimulation<S, I, E> {
  private static final int OUTSIDE = -1;
  private static final int SERVERS = 2;

  /** Enough for an answer, when nothing is lost. */
  private static final long CALM_MS = 1_000;

  private record Scheduled(long at, long order, int life, Runnable task) {}

  private final Random random;
  private final StateMachine<S, I, E> machine;
  private final EffectRunner<I, E> world;
  private final InMemoryRecordStore disk = new InMemoryRecordStore();
  private final PriorityQueue<Scheduled> future =
      new PriorityQueue<>(
          Comparator.comparingLong(Scheduled::at).thenComparingLong(Scheduled::order));
  private final int[] lives = new int[SERVERS];
  private final List<MachineLoop<S, I, E>> servers = new ArrayList<>();

  /** How probable it is that a call is lost, loses its answer, or kills its server. */
  private double trouble;

  private long now = 1_000_000;

  /** How far the clocks that servers read are from the time of this simulation. */
  private long skew;

  private long order;
  private int leader;

  /**
   * @param world what deeds do to the outside, which no crash undoes; called when a deed arrives
   */
  public MachineSimulation(
      long seed, StateMachine<S, I, E> machine, EffectRunner<I, E> world, double trouble) {
    this.random = new Random(seed);
    this.machine = machine;
    this.world = world;
    this.trouble = trouble;
    for (int server = 0; server < SERVERS; server++) {
      servers.add(null);
      boot(server);
    }
  }

  public long now() {
    return now;
  }

  /** What a user does at that time, at any server; asked again until it is answered. */
  public void submit(long at, String id, I input) {
    schedule(at, OUTSIDE, () -> ask(id, input));
  }

  /** What a user has done before there is any trouble. */
  public void prepare(String id, I input) {
    double later = trouble;
    trouble = 0;
    ask(id, input);
    advance(now + CALM_MS);
    trouble = later;
  }

  /** Sets the clocks of all servers, forth or back. */
  public void setClocks(long at, long by) {
    schedule(at, OUTSIDE, () -> skew += by);
  }

  private void ask(String id, I input) {
    boolean[] answered = {false};
    schedule(
        now + 2_000,
        OUTSIDE,
        () -> {
          if (!answered[0]) {
            ask(id, input);
          }
        });
    servers
        .get(random.nextInt(SERVERS))
        .submit(id, input)
        .whenComplete((state, failure) -> answered[0] = failure == null || isRefusal(failure));
  }

  private static boolean isRefusal(Throwable failure) {
    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
    return cause instanceof MnException e && e.code() != ErrorCode.UNAVAILABLE;
  }

  /** Runs until that time with trouble, and as long again without. */
  public void run(long until) {
    advance(until);
    trouble = 0;
    advance(until + (until - 1_000_000) + 20 * Lifetime.DEFAULT.scanMs());
  }

  private void advance(long until) {
    while (!future.isEmpty() && future.peek().at() <= until) {
      Scheduled next = future.poll();
      now = Math.max(now, next.at());
      boolean dead =
          next.life() != OUTSIDE && lives[next.life() % SERVERS] != next.life() / SERVERS;
      if (!dead) {
        next.task().run();
      }
    }
    now = until;
  }

  public Optional<S> stored(String id) {
    return disk.read(machine.kind(), id)
        .toCompletableFuture()
        .join()
        .map(record -> machine.read(record.json()));
  }

  private void schedule(long at, int life, Runnable task) {
    future.add(new Scheduled(at, order++, life, task));
  }

  private void boot(int server) {
    int life = lives[server] * SERVERS + server;
    Timers timers =
        new Timers() {
          @Override
          public long now() {
            return now + skew;
          }

          @Override
          public long ticks() {
            return now;
          }

          @Override
          public void at(long at, Runnable task) {
            schedule(Math.max(now, at - skew) + random.nextInt(20), life, task);
          }
        };
    EffectRunner<I, E> remote = (id, effect) -> call(life, () -> world.perform(id, effect));
    var loop =
        new MachineLoop<>(
            machine, new Remote(life), remote, () -> term(server), Lifetime.DEFAULT, timers);
    servers.set(server, loop);
    loop.start();
  }

  private OptionalLong term(int server) {
    return leads(server) ? OptionalLong.of(0) : OptionalLong.empty();
  }

  /** Now and then the old one has not heard yet that it leads no more. */
  private boolean leads(int server) {
    return server == leader || trouble > 0 && random.nextInt(20) == 0;
  }

  private void crash(int server) {
    lives[server]++;
    leader = random.nextInt(SERVERS);
    schedule(now + random.nextInt(3_000), OUTSIDE, () -> boot(server));
  }

  /** A call of one life of a server: it takes time, and may never be answered. */
  private <T> CompletionStage<T> call(int life, Supplier<CompletionStage<T>> call) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    if (fails()) {
      schedule(now + 50, life, () -> answer.completeExceptionally(away()));
      return answer;
    }
    schedule( // it arrives even when the caller dies meanwhile
        now + random.nextInt(30),
        OUTSIDE,
        () -> {
          CompletionStage<T> done = call.get();
          if (fails()) {
            crash(life % SERVERS);
          }
          boolean lost = fails();
          schedule(
              now + random.nextInt(30),
              life,
              () ->
                  done.whenComplete(
                      (value, failure) -> {
                        if (lost) {
                          answer.completeExceptionally(away());
                        } else if (failure != null) {
                          answer.completeExceptionally(failure);
                        } else {
                          answer.complete(value);
                        }
                      }));
        });
    return answer;
  }

  private boolean fails() {
    return random.nextDouble() < trouble;
  }

  private static MnException away() {
    return MnException.unavailable("the simulated store does not answer", null);
  }

  /** The disk as one life of a server reaches it. */
  private final class Remote implements RecordStore {
    private final int life;

    Remote(int life) {
      this.life = life;
    }

    @Override
    public CompletionStage<Optional<StoredRecord>> read(String kind, String id) {
      return call(life, () -> disk.read(kind, id));
    }

    @Override
    public CompletionStage<Optional<String>> document(String kind, String id) {
      return call(life, () -> disk.document(kind, id));
    }

    @Override
    public CompletionStage<List<String>> history(String kind, String id) {
      return call(life, () -> disk.history(kind, id));
    }

    @Override
    public CompletionStage<Optional<Long>> write(
        String kind, String id, long replaced, String json, long dueAt, Beside beside) {
      return call(life, () -> disk.write(kind, id, replaced, json, dueAt, beside));
    }

    @Override
    public CompletionStage<Boolean> delete(String kind, String id, long replaced) {
      return call(life, () -> disk.delete(kind, id, replaced));
    }

    @Override
    public CompletionStage<List<StoredRecord>> list(String kind, String after, int limit) {
      return call(life, () -> disk.list(kind, after, limit));
    }

    @Override
    public CompletionStage<List<StoredRecord>> list(
        String kind, String group, String after, int limit) {
      return call(life, () -> disk.list(kind, group, after, limit));
    }

    @Override
    public CompletionStage<List<News>> news(String kind, long after, int limit) {
      return call(life, () -> disk.news(kind, after, limit));
    }

    @Override
    public CompletionStage<List<News>> lastNews(String kind, int limit) {
      return call(life, () -> disk.lastNews(kind, limit));
    }

    @Override
    public CompletionStage<List<StoredRecord>> due(String kind, long until, int skip, int limit) {
      return call(life, () -> disk.due(kind, until, skip, limit));
    }
  }
}
