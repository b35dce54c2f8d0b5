package io.mirrorneuron.area.runs;

import io.mirrorneuron.area.Platform;
import io.mirrorneuron.bus.AreaVerticle;

/** The area {@code observability}: records of runs, and what they used. */
public final class ObservabilityModule {
  private ObservabilityModule() {}

  public static AreaVerticle of(Platform platform) {
    return new ObservabilityVerticle(platform.runs(), platform.shownRuns(), platform.clock());
  }
}
