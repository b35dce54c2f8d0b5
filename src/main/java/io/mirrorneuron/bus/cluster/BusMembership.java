package io.mirrorneuron.bus.cluster;

import com.hazelcast.config.Config;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.MultiMapConfig;
import com.hazelcast.config.NetworkConfig;
import io.mirrorneuron.config.ClusterBusSettings;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.security.MutualTls;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.spi.cluster.ClusterManager;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Map;

/**
 * Joins this process to the cluster: by configured addresses, never by multicast, and with the maps
 * of Vert.x. Hazelcast's locks and counters are not used: without its consensus subsystem they
 * guarantee nothing.
 */
public final class BusMembership {
  private static final String LOGGING = "hazelcast.logging.type";

  /**
   * A member that is silent for ten seconds is removed; one that returns is merged within twenty.
   * Hazelcast sends no usage data and does not handle the shutdown of the process.
   */
  private static final Map<String, String> PROPERTIES =
      Map.ofEntries(
          Map.entry("hazelcast.wait.seconds.before.join", "0"),
          Map.entry("hazelcast.heartbeat.interval.seconds", "1"),
          Map.entry("hazelcast.max.no.heartbeat.seconds", "10"),
          Map.entry("hazelcast.merge.first.run.delay.seconds", "10"),
          Map.entry("hazelcast.merge.next.run.delay.seconds", "5"),
          Map.entry("hazelcast.graceful.shutdown.max.wait", "5"),
          Map.entry("hazelcast.socket.bind.any", "false"),
          Map.entry("hazelcast.io.thread.count", "1"),
          Map.entry("hazelcast.event.thread.count", "1"),
          Map.entry(LOGGING, "slf4j"),
          Map.entry("hazelcast.phone.home.enabled", "false"),
          Map.entry("hazelcast.shutdownhook.enabled", "false"));

  /** Milliseconds between two pings of a bus connection. */
  private static final long PING_MS = 5000;

  private BusMembership() {}

  public static ClusterManager of(ClusterBusSettings settings) {
    System.setProperty(LOGGING, "slf4j"); // for log lines before it has read its configuration
    Config config = new Config().setClusterName(settings.name());
    PROPERTIES.forEach(config::setProperty);
    config.getMetricsConfig().setEnabled(false);
    config.addMultiMapConfig(
        new MultiMapConfig("__vertx.subs")
            .setBackupCount(1)
            .setValueCollectionType(MultiMapConfig.ValueCollectionType.SET));
    for (String map : new String[] {"__vertx.haInfo", "__vertx.nodeInfo"}) {
      config.addMapConfig(new MapConfig(map).setBackupCount(1));
    }
    network(config.getNetworkConfig(), settings);
    return new HazelcastClusterManager(config);
  }

  private static void network(NetworkConfig network, ClusterBusSettings settings) {
    String address = address(settings.host());
    network
        .setPort(settings.port())
        .setPortAutoIncrement(false)
        .setReuseAddress(true)
        .setPublicAddress(address + ":" + settings.port());
    network.getInterfaces().setEnabled(true).addInterface(address);
    JoinConfig join = network.getJoin();
    join.getAutoDetectionConfig().setEnabled(false);
    join.getMulticastConfig().setEnabled(false);
    join.getTcpIpConfig()
        .setEnabled(true)
        .setConnectionTimeoutSeconds(2)
        .setMembers(settings.members());
  }

  /** Names are looked up once: Hazelcast compares addresses. */
  private static String address(String host) {
    try {
      return InetAddress.getByName(host).getHostAddress();
    } catch (UnknownHostException e) {
      throw new MnException(
          ErrorCode.UNAVAILABLE,
          "cluster_host_unknown",
          "vertx.cluster.host %s: no machine of that name is known here".formatted(host),
          null,
          e);
    }
  }

  public static EventBusOptions messages(ClusterBusSettings settings) {
    EventBusOptions options =
        new EventBusOptions()
            .setHost(settings.host())
            .setPort(settings.busPort())
            .setClusterPublicHost(settings.host())
            .setClusterPingInterval(PING_MS)
            .setClusterPingReplyInterval(PING_MS);
    return settings.tls() == null
        ? options
        : MutualTls.certified(options.setClientAuth(ClientAuth.REQUIRED), settings.tls());
  }
}
