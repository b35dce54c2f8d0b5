package io.mirrorneuron.area.events;

import io.mirrorneuron.area.Platform;
import io.mirrorneuron.bus.AreaVerticle;

/** The area {@code events}: what happened, told by whoever knows it, for schedules to act on. */
public final class EventsModule {
  private EventsModule() {}

  public static AreaVerticle of(Platform platform) {
    return new EventsVerticle(platform.events());
  }
}
