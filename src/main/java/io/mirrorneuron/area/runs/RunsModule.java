package io.mirrorneuron.area.runs;

import io.mirrorneuron.area.Platform;
import io.mirrorneuron.bus.AreaVerticle;
import io.mirrorneuron.config.Config;

/** The area {@code runs}: the folders of runs and the files in them. */
public final class RunsModule {
  private RunsModule() {}

  public static AreaVerticle of(Platform platform) {
    Config config = platform.config();
    Desktop desktop =
        Desktop.find(config.api().host(), platform.environment(), System.getProperty("os.name"));
    return new RunsVerticle(
        platform.shownRuns(),
        platform.index(),
        platform.jobs(),
        platform.services(),
        new RunsVerticle.Places(config.home().resolve("bundles"), platform.userHome()),
        desktop,
        platform.clock());
  }
}
