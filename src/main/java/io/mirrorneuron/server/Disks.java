package io.mirrorneuron.server;

import io.mirrorneuron.config.Config;
import io.mirrorneuron.storage.FreeSpace;
import io.mirrorneuron.storage.Storage;
import io.mirrorneuron.storage.StorageWatch;
import io.mirrorneuron.storage.StorageWatch.WatchedFolder;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/**
 * The disks that a server writes to.
 *
 * @param storage says whether there is room
 * @param watch looks at the disks each second
 */
public record Disks(Storage storage, StorageWatch watch) {

  /**
   * Begins to look at them.
   *
   * @param hasRuntime whether programs of steps have workspaces here
   */
  public static Disks watched(Config config, boolean hasRuntime, CloseStack closing, Clock clock) {
    Storage storage =
        new Storage(
            places(config, hasRuntime), config.storage().minFreeBytes(), FreeSpace.OF_DISKS, clock);
    return new Disks(storage, closing.add("storage watch", StorageWatch.start(storage)));
  }

  private static List<WatchedFolder> places(Config config, boolean hasRuntime) {
    List<WatchedFolder> places = new ArrayList<>();
    places.add(new WatchedFolder("the home folder", "home", config.home()));
    places.add(new WatchedFolder("the folder of runs", "runs_root", config.executors().runsRoot()));
    if (hasRuntime) {
      places.add(new WatchedFolder("the workspaces", "temp_dir", config.executors().tempDir()));
      Path shared = config.executors().confinement().sharedStorage();
      if (!shared.startsWith(config.home())) {
        places.add(new WatchedFolder("the shared storage", "shared_storage_root", shared));
      }
    }
    return places;
  }
}
