package io.mirrorneuron.app;

import io.mirrorneuron.config.Config;
import io.mirrorneuron.storage.FreeSpace;
import io.mirrorneuron.storage.Place;
import io.mirrorneuron.storage.Storage;
import io.mirrorneuron.storage.StorageWatch;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/** The disks of a server and who looks at them. */
record Rooms(Storage storage, StorageWatch watch) {

  /** Begins to look at them. */
  static Rooms of(Config config, Role role, Parts parts, Clock clock) {
    Storage storage =
        new Storage(
            places(config, role), config.storage().minFreeBytes(), FreeSpace.OF_DISKS, clock);
    return new Rooms(storage, parts.add("storage watch", StorageWatch.start(storage)));
  }

  private static List<Place> places(Config config, Role role) {
    List<Place> places = new ArrayList<>();
    places.add(new Place("the home folder", "home", config.home()));
    places.add(new Place("the folder of runs", "runs_root", config.executors().runsRoot()));
    if (role.hasRuntime()) {
      places.add(new Place("the workspaces", "temp_dir", config.executors().tempDir()));
    }
    return places;
  }
}
