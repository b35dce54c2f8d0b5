package io.mirrorneuron.store.connection;

import io.mirrorneuron.model.MnException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisOptions;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Finds the master and makes connections to it that are ready for commands. Thread-safe. */
public final class RedisDialer {
  /**
   * Share of a connection's timeout for WAIT, so that a WAIT without acknowledgement does not look
   * like silence.
   */
  private static final int SHARE = 2;

  private final RedisMaster master;
  private final Optional<Marking> marking;

  /** How to wait for a replica. */
  private record Marking(String key, long patienceMs) {}

  private RedisDialer(RedisMaster master, Optional<Marking> marking) {
    this.master = master;
    this.marking = marking;
  }

  /** The master's answer is enough. */
  public static RedisDialer to(RedisMaster master) {
    return new RedisDialer(master, Optional.empty());
  }

  /**
   * Writes count only when a replica has them, too.
   *
   * @param key that is used for nothing else
   * @param timeout of the connection
   */
  public static RedisDialer acknowledged(RedisMaster master, String key, Duration timeout) {
    long patienceMs = Math.max(1, timeout.toMillis() / SHARE);
    return new RedisDialer(master, Optional.of(new Marking(key, patienceMs)));
  }

  /** Whether a replica must have each write before it is answered. */
  public boolean isAcknowledged() {
    return marking.isPresent();
  }

  /** Options for a connection to the master; fails when its place is unknown. */
  Future<RedisOptions> find(Vertx vertx, long patienceMs) {
    return master.find(vertx, patienceMs);
  }

  /** Whether the master has moved; fails when its place is unknown. */
  Future<Boolean> isElsewhere(Vertx vertx, RedisLink than, long patienceMs) {
    return find(vertx, patienceMs).map(found -> !found.getEndpoint().equals(than.endpoint()));
  }

  /**
   * @param former connection that is replaced
   * @param patienceMs for each of finding and connecting
   */
  Future<RedisLink> dial(Vertx vertx, RedisPeer former, long patienceMs) {
    return find(vertx, patienceMs).compose(found -> open(vertx, found, former, patienceMs));
  }

  private Future<RedisLink> open(
      Vertx vertx, RedisOptions options, RedisPeer former, long patienceMs) {
    // One client per connection, so that a hanging client ends with it.
    Redis client = Redis.createClient(vertx, options);
    return client
        .connect()
        .compose(
            made ->
                RedisPeer.meet(made, former)
                    .compose(
                        peer ->
                            acknowledgement(client, peer)
                                .map(
                                    acknowledgement ->
                                        new RedisLink(
                                            client,
                                            options.getEndpoint(),
                                            made,
                                            peer,
                                            acknowledgement))))
        .timeout(patienceMs, TimeUnit.MILLISECONDS)
        .onFailure(failure -> client.close());
  }

  /** Null where the master's answer is enough. */
  private Future<Acknowledgement> acknowledgement(Redis client, RedisPeer peer) {
    if (marking.isEmpty()) {
      return Future.succeededFuture();
    }
    return client
        .connect()
        .compose(
            second ->
                RedisPeer.meet(second, RedisPeer.NOBODY)
                    .compose(
                        its ->
                            its.isSameServerAs(peer)
                                ? Future.succeededFuture(
                                    acknowledgement(new RedisLink(client, "", second, its, null)))
                                : Future.failedFuture(otherServer())));
  }

  private Acknowledgement acknowledgement(RedisLink over) {
    return new Acknowledgement(over, marking.get().key(), marking.get().patienceMs());
  }

  /** Replicas of another server process cannot acknowledge these writes. */
  private static MnException otherServer() {
    return MnException.unavailable(
        "Redis is another server by now, or does not tell its run_id by INFO, which redis.acknowledge:"
            + " replica needs",
        null);
  }
}
