package io.mirrorneuron.area.cluster;

import io.mirrorneuron.area.Platform;
import io.mirrorneuron.bus.AreaVerticle;

/** The area {@code cluster}: nodes, their resources, and the location of this server. */
public final class ClusterModule {
  private ClusterModule() {}

  public static AreaVerticle of(Platform platform) {
    return new ClusterVerticle(
        platform.cluster(),
        platform.services(),
        location(platform),
        new ServerProbes(
            platform.redis().orElse(null), platform.storage()::fullDisks, platform::health),
        platform.clock());
  }

  private static ServerLocation location(Platform platform) {
    boolean isHere =
        platform
            .redis()
            .isPresent(); // the rows are present exactly when the runtime is in this process
    return new ServerLocation(
        isHere ? "local" : "gateway",
        platform.config().home(),
        platform.config().executors().confinement().sharedStorage(),
        platform::coreTarget,
        platform::apiBaseUrl,
        platform.config().webUi());
  }
}
