package io.mirrorneuron.area.schedules;

import io.mirrorneuron.area.Platform;
import io.mirrorneuron.bus.AreaVerticle;

/** The area {@code schedules}. */
public final class SchedulesModule {
  private SchedulesModule() {}

  public static AreaVerticle of(Platform platform) {
    return new SchedulesVerticle(platform.schedules(), platform.staging());
  }
}
