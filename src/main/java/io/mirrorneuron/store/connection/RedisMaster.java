package io.mirrorneuron.store.connection;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.redis.client.RedisOptions;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;

/** Locates the Redis that accepts writes. Asked anew before each connection. Thread-safe. */
public interface RedisMaster {
  /** Most pending commands of one connection. */
  int PIPELINE = 65_536;

  /**
   * Options for a connection. Fails when the master's place is unknown.
   *
   * @param patienceMs how long the answer may take
   */
  Future<RedisOptions> find(Vertx vertx, long patienceMs);

  /**
   * @param hears receives each known address of the master and of the servers that locate it, past
   *     and future ones; from any thread
   */
  void onAddress(Consumer<URI> hears);

  /**
   * A master with a fixed address.
   *
   * @param connectionString {@code redis://[:password@]host:port/db} or {@code unix://…}
   * @param timeout of connecting
   */
  static RedisMaster at(String connectionString, Duration timeout) {
    return at(connectionString, timeout, null);
  }

  /**
   * A master with a fixed address.
   *
   * @param connectionString {@code redis[s]://[:password@]host:port/db} or {@code unix://…}
   * @param timeout of connecting
   * @param authority see {@link #options(String, Duration, Path)}
   */
  static RedisMaster at(String connectionString, Duration timeout, Path authority) {
    return new RedisMaster() {
      @Override
      public Future<RedisOptions> find(Vertx vertx, long patienceMs) {
        return Future.succeededFuture(options(connectionString, timeout, authority));
      }

      @Override
      public void onAddress(Consumer<URI> hears) {
        hears.accept(URI.create(connectionString));
      }
    };
  }

  /** Options for one connection that many commands share. */
  static RedisOptions options(String connectionString, Duration timeout) {
    return options(connectionString, timeout, null);
  }

  /**
   * The same with TLS where the scheme is {@code rediss}. The certificate must name the host.
   *
   * @param authority PEM file of trusted authorities; null for those that Java trusts
   */
  static RedisOptions options(String connectionString, Duration timeout, Path authority) {
    RedisOptions options =
        new RedisOptions()
            .setConnectionString(connectionString)
            .setMaxWaitingHandlers(PIPELINE)
            .setProtocolNegotiation(false);
    NetClientOptions net = options.getNetClientOptions();
    net.setConnectTimeout((int) timeout.toMillis()).setHostnameVerificationAlgorithm("HTTPS");
    if (authority != null) {
      net.setTrustOptions(new PemTrustOptions().addCertPath(authority.toString()));
    }
    return options;
  }
}
