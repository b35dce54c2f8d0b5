package io.mirrorneuron.area.runs;

import io.mirrorneuron.area.Platform;
import io.mirrorneuron.bus.AreaVerticle;

/** The area {@code archive}: runs as files to keep, and two of them side by side. */
public final class ArchiveModule {
  private ArchiveModule() {}

  public static AreaVerticle of(Platform platform) {
    return new ArchiveVerticle(
        platform.shownRuns(),
        platform.config().home().resolve("exports"),
        platform.program(),
        platform.storage(),
        platform.clock());
  }
}
