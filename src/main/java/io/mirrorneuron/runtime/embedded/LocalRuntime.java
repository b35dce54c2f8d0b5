package io.mirrorneuron.runtime.embedded;

import io.mirrorneuron.config.Config;
import io.mirrorneuron.port.ClusterPort;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.runtime.Runtime;
import io.mirrorneuron.runtime.cluster.HardwareProbe;
import io.mirrorneuron.runtime.cluster.LocalCluster;
import io.mirrorneuron.runtime.cluster.NodeIdentity;
import io.mirrorneuron.runtime.cluster.NvidiaSmi;
import io.mirrorneuron.server.ServerContext;
import io.mirrorneuron.store.JobRows;
import io.mirrorneuron.store.Keys;
import io.mirrorneuron.store.RecordStore;
import io.mirrorneuron.store.RedisLanes;
import io.mirrorneuron.store.RedisProbe;
import io.mirrorneuron.store.RedisRecordStore;
import io.mirrorneuron.store.RedisResourceLimits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * A runtime in this process, on its data directory and Redis, without any door.
 *
 * @param rows the hot read path of job rows
 * @param records what areas keep beside jobs
 */
public record LocalRuntime(
    JobsPort jobs,
    ClusterPort cluster,
    JobRows rows,
    RecordStore records,
    NodeIdentity identity,
    HardwareProbe hardware,
    RuntimeRedis redis) {

  /** Waits for Redis and goes on with the open jobs of the data directory. */
  public static LocalRuntime start(RuntimeHome home, ServerContext on) throws IOException {
    Config config = on.config();
    RuntimeRedis redis = home.connect(on);
    RedisLanes lanes = redis.lanes();
    NodeIdentity identity = NodeIdentity.standalone(hostname(), config.grpc());
    NvidiaSmi gpus = new NvidiaSmi(on.path(), on.clock());
    Runtime.Identity process =
        new Runtime.Identity(
            identity.name(), home.runtimeId(), on.environment(), on.clock(), on.ids()::jobSuffix);
    Runtime.Settings settings = Runtime.Settings.of(config);
    Runtime runtime = new Runtime(settings, process, lanes, on.runs(), gpus, on.disks().storage());
    on.closing().add("runtime", runtime);
    HardwareProbe hardware = new HardwareProbe(config.home(), gpus, on.clock());
    Keys keys = new Keys(config.redis().namespace());
    on.disks().watch().asks(new RedisProbe(lanes, keys));
    ClusterPort cluster =
        new LocalCluster(
            identity,
            hardware,
            runtime::programs,
            runtime.census(),
            new RedisResourceLimits(lanes, keys),
            keys.namespace(),
            on.clock());
    return new LocalRuntime(
        runtime.jobs(),
        cluster,
        runtime.rows(),
        new RedisRecordStore(lanes, keys),
        identity,
        hardware,
        redis);
  }

  private static String hostname() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }
}
