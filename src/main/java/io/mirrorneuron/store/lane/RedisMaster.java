package io.mirrorneuron.store.lane;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.RedisOptions;
import java.net.URI;
import java.time.Duration;
import java.util.function.Consumer;

/** Where the Redis is that takes changes. Asked anew before each connection. Thread-safe. */
public interface RedisMaster {
  /** Commands that may wait for their answers on one connection. */
  int PIPELINE = 65_536;

  /**
   * How to connect to it. Fails when nobody knows where it is now.
   *
   * @param patienceMs how long whoever knows may take
   */
  Future<RedisOptions> find(Vertx vertx, long patienceMs);

  /**
   * @param hears is told of each address at which it, or who knows where it is, is or was found;
   *     now and later, from any thread
   */
  void onAddress(Consumer<URI> hears);

  /**
   * One that is always at the same place.
   *
   * @param connectionString {@code redis://[:password@]host:port/db} or {@code unix://…}
   * @param timeout for the connection alone
   */
  static RedisMaster at(String connectionString, Duration timeout) {
    return new RedisMaster() {
      @Override
      public Future<RedisOptions> find(Vertx vertx, long patienceMs) {
        return Future.succeededFuture(options(connectionString, timeout));
      }

      @Override
      public void onAddress(Consumer<URI> hears) {
        hears.accept(URI.create(connectionString));
      }
    };
  }

  /** Options for one connection that many commands share. */
  static RedisOptions options(String connectionString, Duration timeout) {
    RedisOptions options =
        new RedisOptions()
            .setConnectionString(connectionString)
            .setMaxWaitingHandlers(PIPELINE)
            .setProtocolNegotiation(false);
    options.getNetClientOptions().setConnectTimeout((int) timeout.toMillis());
    return options;
  }
}
