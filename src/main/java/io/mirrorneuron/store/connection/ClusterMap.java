package io.mirrorneuron.store.connection;

import io.mirrorneuron.config.ClusterSeeds;
import io.mirrorneuron.model.MnException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.impl.types.ErrorType;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds the master of a slot in a Redis Cluster. All known nodes are asked at once, since a node
 * may hang or, when cut off, still name former masters, see {@link SlotMaster#of}. Concurrent
 * callers share one query. Thread-safe.
 */
public final class ClusterMap {
  /** How long to wait for more answers after the first one. */
  private static final long GRACE_MS = 300;

  private final ClusterSeeds seeds;
  private final Duration timeout;
  private final Set<String> known = ConcurrentHashMap.newKeySet();
  private final List<Consumer<URI>> listeners = new CopyOnWriteArrayList<>();
  private Future<List<SlotMaster>> underWay;

  /**
   * @param timeout of each connection
   */
  public ClusterMap(ClusterSeeds seeds, Duration timeout) {
    this.seeds = seeds;
    this.timeout = timeout;
    known.addAll(seeds.addresses());
  }

  /** The master of this slot, which is looked up for each connection. */
  public RedisMaster master(int slot) {
    return new RedisMaster() {
      @Override
      public Future<RedisOptions> find(Vertx vertx, long patienceMs) {
        return masters(vertx, patienceMs).compose(masters -> newest(masters, slot));
      }

      @Override
      public void onAddress(Consumer<URI> hears) {
        listeners.add(hears);
        known.forEach(each -> hears.accept(uri(each)));
      }
    };
  }

  private URI uri(String address) {
    String host = address.substring(0, address.lastIndexOf(':'));
    String port = address.substring(address.lastIndexOf(':'));
    boolean bare = host.contains(":") && !host.startsWith("[");
    return URI.create(
        (seeds.isTls() ? "rediss://" : "redis://") + (bare ? "[" + host + "]" : host) + port);
  }

  private Future<RedisOptions> newest(List<SlotMaster> masters, int slot) {
    return SlotMaster.of(slot, masters)
        .map(found -> Future.succeededFuture(options(found.address())))
        .orElseGet(
            () ->
                Future.failedFuture(
                    MnException.unavailable(
                        "no master of the Redis Cluster has slot " + slot, null)));
  }

  private synchronized Future<List<SlotMaster>> masters(Vertx vertx, long patienceMs) {
    if (underWay == null || underWay.isComplete()) {
      underWay = ask(vertx, patienceMs);
    }
    return underWay;
  }

  private Future<List<SlotMaster>> ask(Vertx vertx, long patienceMs) {
    List<Future<List<SlotMaster>>> asked =
        List.copyOf(known).stream().map(each -> ask(vertx, each, patienceMs)).toList();
    return Future.any(asked)
        .recover(none -> Future.failedFuture(unanswered(asked)))
        .compose(first -> Future.any(Future.join(asked).otherwiseEmpty(), vertx.timer(GRACE_MS)))
        .map(
            enough ->
                asked.stream().filter(Future::succeeded).flatMap(each -> each.result().stream()))
        .map(Stream::toList)
        .onSuccess(
            masters ->
                masters.stream()
                    .filter(each -> !each.slots().isEmpty())
                    .forEach(each -> learn(each.address())));
  }

  private Future<List<SlotMaster>> ask(Vertx vertx, String address, long patienceMs) {
    Redis client = Redis.createClient(vertx, options(address));
    return client
        .send(Request.cmd(Command.CLUSTER).arg("NODES"))
        .map(reported -> SlotMaster.all(reported.toString(), address))
        .timeout(patienceMs, TimeUnit.MILLISECONDS)
        .onComplete(done -> client.close());
  }

  private void learn(String address) {
    if (known.add(address)) {
      listeners.forEach(each -> each.accept(uri(address)));
    }
  }

  /** The most informative failure: a refusal rather than silence. */
  private static Throwable unanswered(List<Future<List<SlotMaster>>> asked) {
    return asked.stream()
        .map(Future::cause)
        .filter(each -> each instanceof ErrorType)
        .findFirst()
        .orElseGet(
            () ->
                MnException.unavailable(
                    "no node of the Redis Cluster answers", asked.getFirst().cause()));
  }

  private RedisOptions options(String address) {
    RedisOptions options = RedisMaster.options(uri(address).toString(), timeout, seeds.authority());
    if (!seeds.user().isEmpty()) {
      options.setUser(seeds.user());
    }
    if (seeds.password().isSet()) {
      options.setPassword(seeds.password().value());
    }
    return options;
  }

  /**
   * A master of a Redis Cluster, as one of its nodes reports it.
   *
   * @param id of the node
   * @param isOwn whether the node reports itself
   * @param address {@code host:port}
   * @param epoch of its configuration; raised whenever slots move to another master
   * @param slots ranges, first and last in turn
   */
  record SlotMaster(String id, boolean isOwn, String address, long epoch, List<Integer> slots) {
    /** Positions in a line of CLUSTER NODES. */
    private static final int ID = 0;

    private static final int ADDRESS = 1;
    private static final int FLAGS = 2;
    private static final int EPOCH = 6;
    private static final int SLOTS = 8;

    /**
     * Finds the master with the newest configuration of those that have the slot. Each master's own
     * report decides about its slots: other nodes may never learn that it has given up a slot when
     * it has got another one since.
     *
     * @param reported by several nodes
     */
    static Optional<SlotMaster> of(int slot, List<SlotMaster> reported) {
      Set<String> others =
          reported.stream()
              .filter(each -> each.isOwn && !each.has(slot))
              .map(SlotMaster::id)
              .collect(Collectors.toSet());
      return reported.stream()
          .filter(each -> each.has(slot) && !others.contains(each.id))
          .max(Comparator.comparingLong(SlotMaster::epoch));
    }

    boolean has(int slot) {
      for (int i = 0; i < slots.size(); i += 2) {
        if (slots.get(i) <= slot && slot <= slots.get(i + 1)) {
          return true;
        }
      }
      return false;
    }

    /**
     * Parses the masters.
     *
     * @param asked {@code host:port} of the reporting node; it may not know its own host
     */
    static List<SlotMaster> all(String reported, String asked) {
      return reported
          .lines()
          .map(line -> line.split(" "))
          .filter(line -> line.length >= SLOTS)
          .filter(line -> isFlagged(line, "master"))
          .map(line -> of(line, asked))
          .toList();
    }

    private static boolean isFlagged(String[] line, String flag) {
      return Arrays.asList(line[FLAGS].split(",")).contains(flag);
    }

    private static SlotMaster of(String[] line, String asked) {
      return new SlotMaster(
          line[ID],
          isFlagged(line, "myself"),
          address(line[ADDRESS], asked),
          Long.parseLong(line[EPOCH]),
          ranges(line));
    }

    /** The address in {@code host:port@bus,name}. */
    private static String address(String text, String asked) {
      String own = text.split("[@,]")[0];
      return own.startsWith(":") ? asked.substring(0, asked.lastIndexOf(':')) + own : own;
    }

    /** Without migrating slots, which are in brackets. */
    private static List<Integer> ranges(String[] line) {
      List<Integer> ranges = new ArrayList<>();
      for (int i = SLOTS; i < line.length; i++) {
        if (!line[i].startsWith("[")) {
          String[] ends = line[i].split("-");
          ranges.add(Integer.valueOf(ends[0]));
          ranges.add(Integer.valueOf(ends[ends.length - 1]));
        }
      }
      return List.copyOf(ranges);
    }
  }
}
