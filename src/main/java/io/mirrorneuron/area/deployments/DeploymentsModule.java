package io.mirrorneuron.area.deployments;

import io.mirrorneuron.area.Platform;
import io.mirrorneuron.bus.AreaVerticle;

/** The area {@code deployments}. */
public final class DeploymentsModule {
  private DeploymentsModule() {}

  public static AreaVerticle of(Platform platform) {
    return new DeploymentsVerticle(platform.deployments(), platform.staging());
  }
}
