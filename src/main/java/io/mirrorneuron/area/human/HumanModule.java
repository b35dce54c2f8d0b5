package io.mirrorneuron.area.human;

import io.mirrorneuron.area.Platform;
import io.mirrorneuron.bus.AreaVerticle;

/** The area {@code human}: requests to people, and what they decide. */
public final class HumanModule {
  private HumanModule() {}

  public static AreaVerticle of(Platform platform) {
    return new HumanVerticle(
        platform.jobs(), platform.decisions().service(), platform.decisions().inbox());
  }
}
