package io.mirrorneuron.area.models;

import io.mirrorneuron.area.Platform;
import io.mirrorneuron.bus.AreaVerticle;

/** The area {@code models}: language models of this machine. */
public final class ModelsModule {
  private ModelsModule() {}

  public static AreaVerticle of(Platform platform) {
    return new ModelsVerticle(platform.models(), platform.config().models().endpoint().base());
  }
}
