package io.mirrorneuron.area.cluster;

import io.mirrorneuron.area.Platform;
import io.mirrorneuron.bus.AreaVerticle;
import io.mirrorneuron.config.Config;

/** The area {@code cluster}: nodes, what they can carry, and where this server stands. */
public final class ClusterModule {
  private ClusterModule() {}

  public static AreaVerticle of(Platform platform) {
    return new ClusterVerticle(
        platform.cluster(),
        location(platform.config()),
        platform.redis().orElse(null),
        platform.clock());
  }

  private static ServerLocation location(Config config) {
    String shared = config.home().resolve("shared").toString();
    return new ServerLocation(
        "local",
        config.home().toString(),
        config.grpc().target(),
        config.api().baseUrl(),
        null,
        shared,
        shared,
        false);
  }
}
