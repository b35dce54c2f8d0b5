package io.mirrorneuron.area.blueprints;

import io.mirrorneuron.area.Platform;
import io.mirrorneuron.bus.AreaVerticle;

/** The area {@code blueprints}: blueprints, and bundles on their way in. */
public final class BlueprintsModule {
  private BlueprintsModule() {}

  public static AreaVerticle of(Platform platform) {
    return new BlueprintsVerticle(
        platform.staging(),
        platform.events(),
        platform.catalogs(),
        platform.launches(),
        platform.schedules());
  }
}
