package io.mirrorneuron.runtime.webhook;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.port.Leader.Timers;
import io.mirrorneuron.runtime.webhook.DeliveryRules.DeliveryOutcome;
import io.mirrorneuron.store.DeliveryQueue;
import io.mirrorneuron.testing.InMemoryDeliveryQueue;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Two servers that deliver from one queue under a seeded scheduler: one thread, calls that are
 * delayed, lost or lose their answer, servers that die between any two of them and come back. The
 * same seed gives the same history.
 */
final class DeliverySimulation {
  private static final int OUTSIDE = -1;
  private static final int SERVERS = 2;
  private static final long START = 1_000_000;

  private record Scheduled(long at, long order, int life, Runnable task) {}

  private final Random random;
  private final InMemoryDeliveryQueue disk;
  private final PriorityQueue<Scheduled> future =
      new PriorityQueue<>(
          Comparator.comparingLong(Scheduled::at).thenComparingLong(Scheduled::order));
  private final int[] lives = new int[SERVERS];
  private final long[] terms = new long[SERVERS];
  private final Set<String> opened = new HashSet<>();
  private final Set<String> down = new HashSet<>();
  private final Set<String> reported = new LinkedHashSet<>();
  private final Map<String, List<String>> accepted = new HashMap<>();
  private final Map<String, List<String>> sent = new HashMap<>();
  private final List<String> overtaken = new ArrayList<>();
  private double trouble;
  private long now = START;
  private long order;
  private int leader;

  DeliverySimulation(long seed, double trouble) {
    this.random = new Random(seed);
    this.trouble = trouble;
    this.disk = new InMemoryDeliveryQueue(WebhookKeeper.ROOM, () -> now);
    lead(0);
    for (int server = 0; server < SERVERS; server++) {
      boot(server);
    }
  }

  DeliveryQueue disk() {
    return disk;
  }

  Set<String> reported() {
    return reported;
  }

  /** What the target has said yes to, in this order; more than once what it was told again. */
  List<String> accepted(String target) {
    return accepted.getOrDefault(target, List.of());
  }

  int sends(String target) {
    return sent.getOrDefault(target, List.of()).size();
  }

  /** Deliveries that came although an earlier one had neither come nor died. */
  List<String> overtaken() {
    return overtaken;
  }

  long mostTries() {
    return sent.values().stream()
        .flatMap(ids -> ids.stream().distinct().map(id -> count(ids, id)))
        .max(Comparator.naturalOrder())
        .orElse(0L);
  }

  private static long count(List<String> ids, String id) {
    return ids.stream().filter(id::equals).count();
  }

  void isDown(String target, boolean isDown) {
    if (isDown) {
      down.add(target);
    } else {
      down.remove(target);
    }
  }

  /** The runtime tells an event, until it is stored, and perhaps once more. */
  void tell(long after, String id, String... targets) {
    for (String target : targets) {
      if (opened.add(target)) {
        disk.open(target);
      }
    }
    reported.add(id);
    var delivery = new DeliveryQueue.Delivery(id, "{}", "body");
    schedule(START + after, OUTSIDE, () -> disk.add(delivery, "too many", List.of(targets)));
    if (random.nextInt(5) == 0) {
      schedule(
          START + after + random.nextInt(60_000),
          OUTSIDE,
          () -> disk.add(delivery, "too many", List.of(targets)));
    }
  }

  void runMinutes(long minutes) {
    advance(now + minutes * 60_000);
  }

  /** Without trouble, until nothing waits for the target, two days at most. */
  void settle(String target) {
    trouble = 0;
    for (int half = 0; half < 96 && waits(target); half++) {
      runMinutes(30);
    }
  }

  private boolean waits(String target) {
    return disk.overview(target).toCompletableFuture().join().pending() > 0;
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

  private void schedule(long at, int life, Runnable task) {
    future.add(new Scheduled(Math.max(now, at), order++, life, task));
  }

  private void lead(int server) {
    leader = server;
    disk.term++;
    terms[server] = disk.term;
  }

  private void boot(int server) {
    int life = lives[server] * SERVERS + server;
    Timers timers =
        new Timers() {
          @Override
          public long now() {
            return now;
          }

          @Override
          public void at(long at, Runnable task) {
            schedule(at + random.nextInt(20), life, task);
          }
        };
    new DeliveryLoop(
            new Remote(life),
            head -> delivered(life, head),
            () -> term(server),
            timers,
            random::nextDouble)
        .start();
  }

  /** Now and then the old one has not heard yet that it leads no more. */
  private OptionalLong term(int server) {
    boolean believes = trouble > 0 && terms[server] > 0 && random.nextInt(10) == 0;
    return server == leader || believes ? OptionalLong.of(terms[server]) : OptionalLong.empty();
  }

  private void crash(int server) {
    lives[server]++;
    lead(random.nextInt(SERVERS));
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

  /** A send: it arrives after a while, and its answer too, or not. */
  private CompletionStage<Optional<DeliveryOutcome>> delivered(int life, DeliveryQueue.Head head) {
    String target = head.target();
    String id = head.delivery().id();
    CompletableFuture<Optional<DeliveryOutcome>> answer = new CompletableFuture<>();
    sent.computeIfAbsent(target, first -> new ArrayList<>()).add(id);
    schedule(
        now + random.nextInt(3_000),
        OUTSIDE,
        () -> {
          boolean isWell = !down.contains(target) && random.nextInt(10) < 9;
          if (isWell) {
            accept(target, id);
          }
          if (fails()) {
            crash(life % SERVERS);
          }
          boolean heard = random.nextInt(20) > 0;
          DeliveryOutcome said =
              heard
                  ? new DeliveryOutcome(isWell ? 204 : 503, "", "")
                  : new DeliveryOutcome(0, "silence", "");
          long takes = heard ? random.nextInt(500) : DeliveryRules.PATIENCE_MS - 3_000;
          schedule(now + takes, life, () -> answer.complete(Optional.of(said)));
        });
    return answer;
  }

  private void accept(String target, String id) {
    List<String> so = accepted.computeIfAbsent(target, first -> new ArrayList<>());
    Set<String> dead = new HashSet<>();
    disk.list(target, DeliveryQueue.State.DEAD, 1000)
        .toCompletableFuture()
        .join()
        .forEach(entry -> dead.add(entry.id()));
    for (String earlier : reported) {
      if (earlier.equals(id)) {
        break;
      }
      if (!so.contains(earlier) && !dead.contains(earlier)) {
        overtaken.add(id + " before " + earlier);
      }
    }
    so.add(id);
  }

  /** The queue as one life of a server reaches it. */
  private final class Remote implements DeliveryQueue {
    private final int life;

    Remote(int life) {
      this.life = life;
    }

    @Override
    public CompletionStage<Void> open(String target) {
      return call(life, () -> disk.open(target));
    }

    @Override
    public CompletionStage<Void> forget(String target) {
      return call(life, () -> disk.forget(target));
    }

    @Override
    public CompletionStage<Integer> add(
        Delivery delivery, String overflow, Collection<String> targets) {
      return call(life, () -> disk.add(delivery, overflow, targets));
    }

    @Override
    public CompletionStage<List<Head>> due(int limit) {
      return call(life, () -> disk.due(limit));
    }

    @Override
    public CompletionStage<Optional<Head>> head(String target) {
      return call(life, () -> disk.head(target));
    }

    @Override
    public CompletionStage<Boolean> begin(long term, Head head, long aloneMs) {
      return call(life, () -> disk.begin(term, head, aloneMs));
    }

    @Override
    public CompletionStage<Boolean> settle(long term, Head head, Verdict verdict) {
      return call(life, () -> disk.settle(term, head, verdict));
    }

    @Override
    public CompletionStage<List<Entry>> list(String target, State state, int limit) {
      return call(life, () -> disk.list(target, state, limit));
    }

    @Override
    public CompletionStage<Overview> overview(String target) {
      return call(life, () -> disk.overview(target));
    }

    @Override
    public CompletionStage<Integer> replay(String target, String id) {
      return call(life, () -> disk.replay(target, id));
    }

    @Override
    public CompletionStage<Boolean> enable(String target) {
      return call(life, () -> disk.enable(target));
    }
  }
}
