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
  /** Of a connection's timeout, so that a WAIT without an acknowledgement is no silence. */
  private static final int SHARE = 2;

  private final RedisMaster master;
  private final Optional<Marking> marking;

  /** How a replica is waited for. */
  private record Marking(String key, long patienceMs) {}

  private RedisDialer(RedisMaster master, Optional<Marking> marking) {
    this.master = master;
    this.marking = marking;
  }

  /** Answers count when the master has given them. */
  public static RedisDialer to(RedisMaster master) {
    return new RedisDialer(master, Optional.empty());
  }

  /**
   * Answers to what may change something count when a replica has it, too.
   *
   * @param key that nobody else uses
   * @param timeout of the connection
   */
  public static RedisDialer acknowledged(RedisMaster master, String key, Duration timeout) {
    long patienceMs = Math.max(1, timeout.toMillis() / SHARE);
    return new RedisDialer(master, Optional.of(new Marking(key, patienceMs)));
  }

  /** Whether a replica must have what is answered. */
  public boolean isAcknowledged() {
    return marking.isPresent();
  }

  /** How to connect to the master; fails when nobody knows where it is. */
  Future<RedisOptions> find(Vertx vertx, long patienceMs) {
    return master.find(vertx, patienceMs);
  }

  /** Whether the master is elsewhere by now; fails when nobody knows. */
  Future<Boolean> isElsewhere(Vertx vertx, RedisLink than, long patienceMs) {
    return find(vertx, patienceMs).map(found -> !found.getEndpoint().equals(than.endpoint()));
  }

  /**
   * @param former the connection that the new one replaces
   * @param patienceMs for each of finding and connecting
   */
  Future<RedisLink> dial(Vertx vertx, RedisPeer former, long patienceMs) {
    return find(vertx, patienceMs).compose(found -> open(vertx, found, former, patienceMs));
  }

  private Future<RedisLink> open(
      Vertx vertx, RedisOptions options, RedisPeer former, long patienceMs) {
    // Made for one connection, so that whatever hangs in it ends with it.
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

  /** What one server was told, another one's replicas cannot acknowledge. */
  private static MnException otherServer() {
    return MnException.unavailable(
        "Redis is another server by now, or does not tell its run_id by INFO, which redis.acknowledge:"
            + " replica needs",
        null);
  }
}
