package io.mirrorneuron.storage;

import java.nio.file.Path;

/**
 * A folder that this server cannot do without.
 *
 * @param what it is, for people: {@code the home folder}
 * @param setting that moves it elsewhere
 */
public record WatchedFolder(String what, String setting, Path folder) {
  public WatchedFolder {
    folder = folder.toAbsolutePath().normalize();
  }

  boolean holds(Path file) {
    return file.startsWith(folder);
  }
}
