package io.mirrorneuron.runtime.exec.confine;

import io.mirrorneuron.runtime.exec.spawn.FolderAccess;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;

/** The devices that all programs may use; never disks, memory or keyboards. */
final class Devices {
  static final Path FOLDER = Path.of("/dev");

  /** Empty files, randomness, terminals, and the folder of pseudo-terminals. */
  private static final Pattern HARMLESS =
      Pattern.compile("null|zero|full|random|urandom|tty|ptmx|pts");

  private Devices() {}

  /** Adds the devices that exist now. */
  static void give(Map<Path, FolderAccess> access) {
    access.put(FOLDER, FolderAccess.LIST);
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(FOLDER)) {
      for (Path entry : entries) {
        String name = entry.getFileName().toString();
        if (HARMLESS.matcher(name).matches() && !Files.isSymbolicLink(entry)) {
          access.put(entry, FolderAccess.DEVICE);
        }
      }
    } catch (IOException e) {
      // No devices at all: opening one fails with a clear error.
    }
    if (Files.isDirectory(FOLDER.resolve("shm"), LinkOption.NOFOLLOW_LINKS)) {
      access.put(FOLDER.resolve("shm"), FolderAccess.WRITE); // locks and shared memory
    }
  }
}
