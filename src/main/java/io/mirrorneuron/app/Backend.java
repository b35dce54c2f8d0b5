package io.mirrorneuron.app;

import io.mirrorneuron.client.Clients;
import io.mirrorneuron.config.Config;
import io.mirrorneuron.port.ClusterPort;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.redis.RedisServer;
import io.mirrorneuron.runtime.Runtime;
import io.mirrorneuron.runtime.cluster.HardwareProbe;
import io.mirrorneuron.runtime.cluster.LocalCluster;
import io.mirrorneuron.runtime.cluster.NodeIdentity;
import io.mirrorneuron.runtime.cluster.NvidiaSmi;
import io.mirrorneuron.storage.Readiness;
import io.mirrorneuron.storage.StorageWatch;
import io.mirrorneuron.store.JobRows;
import io.mirrorneuron.store.Keys;
import io.mirrorneuron.store.RedisLanes;
import io.mirrorneuron.store.RedisProbe;
import io.mirrorneuron.store.RedisResourceLimits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Clock;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * What the doors stand before: a runtime in this process or elsewhere.
 *
 * @param rows null when only the runtime's own answers are to be had
 * @param readiness of the runtime, and of the disks here
 * @param redis null when the runtime is elsewhere
 * @param identity null when the runtime is elsewhere, as are the hardware and whether it serves
 */
record Backend(
    JobsPort jobs,
    ClusterPort cluster,
    JobRows rows,
    StateServer redis,
    NodeIdentity identity,
    HardwareProbe hardware,
    BooleanSupplier serving,
    Readiness readiness) {

  /**
   * With a runtime in this process.
   *
   * @param redis its own that has been launched; null when one is named
   */
  static Backend here(Premises on, DataDirectory directory, RedisServer redis) throws IOException {
    Config config = on.config();
    Clock clock = on.clock();
    if (redis != null) {
      redis.awaitReady();
    }
    RedisLanes lanes = connected(on, redisUri(config, redis), config.redis().url());
    NodeIdentity identity = NodeIdentity.standalone(hostname(), config.grpc());
    NvidiaSmi gpus = new NvidiaSmi(on.path(), clock);
    Runtime runtime =
        on.parts()
            .add(
                "runtime",
                new Runtime(
                    Runtime.Settings.of(config),
                    new Runtime.Identity(
                        identity.name(),
                        directory.runtimeId(),
                        on.environment(),
                        clock,
                        on.ids()::jobSuffix),
                    lanes,
                    on.runs(),
                    gpus,
                    on.rooms().storage()));
    HardwareProbe hardware = new HardwareProbe(config.home(), gpus, clock);
    Keys keys = new Keys(config.redis().namespace());
    StorageWatch watch = on.rooms().watch();
    watch.asks(new RedisProbe(lanes, keys));
    ClusterPort cluster =
        new LocalCluster(
            identity,
            hardware,
            runtime::pools,
            runtime.census(),
            new RedisResourceLimits(lanes, keys),
            keys.namespace(),
            clock);
    return new Backend(
        runtime.jobs(),
        cluster,
        runtime.rows(),
        redis == null
            ? StateServer.named(config.redis().url(), lanes)
            : StateServer.own(redis, lanes),
        identity,
        hardware,
        watch::isReady,
        watch);
  }

  /** Before a runtime elsewhere. */
  static Backend elsewhere(Premises on) {
    Clients clients =
        on.parts()
            .add("runtime connection", Clients.connectForOthers(on.vertx(), on.config().grpc()));
    Readiness readiness = on.rooms().watch().and(clients.readiness());
    return new Backend(clients.jobs(), clients.cluster(), null, null, null, null, null, readiness);
  }

  /**
   * @param named the address that the setting names, or null when the server is ours
   */
  private static RedisLanes connected(Premises on, URI redis, URI named) {
    try {
      RedisLanes lanes =
          RedisLanes.connect(on.vertx(), redis.toString(), on.rooms().storage())
              .await(10, TimeUnit.SECONDS);
      lanes.ping().await(10, TimeUnit.SECONDS);
      return lanes;
    } catch (Throwable e) { // what Redis refuses arrives as one that is no exception
      throw RedisTrouble.of(e, named);
    }
  }

  private static String hostname() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }

  /** Where the state is: the named server, else ours. */
  private static URI redisUri(Config config, RedisServer own) {
    return own == null ? config.redis().url() : URI.create(own.uri());
  }
}
