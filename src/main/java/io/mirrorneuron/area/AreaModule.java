package io.mirrorneuron.area;

import io.mirrorneuron.bus.AreaVerticle;

/** Creates the verticle of one area with all its parts. */
@FunctionalInterface
public interface AreaModule {

  AreaVerticle of(Platform platform);
}
