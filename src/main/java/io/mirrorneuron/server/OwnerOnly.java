package io.mirrorneuron.server;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Keeps other users of the machine out of files and folders. */
final class OwnerOnly {
  private static final Logger log = LoggerFactory.getLogger(OwnerOnly.class);

  private static final Set<PosixFilePermission> OWNER =
      PosixFilePermissions.fromString("rwx------");

  /** What a folder is made with that nobody else may look into. */
  static final FileAttribute<Set<PosixFilePermission>> NEW =
      PosixFilePermissions.asFileAttribute(OWNER);

  private OwnerOnly() {}

  /** Whether other users may do anything with it; not on file systems without permissions. */
  static boolean isOpen(Path place) throws IOException {
    try {
      return !OWNER.containsAll(Files.getPosixFilePermissions(place));
    } catch (UnsupportedOperationException e) {
      return false;
    }
  }

  /**
   * Closes it to other users, and tells that it was open.
   *
   * @param told how serious that is
   */
  static void close(Path place, Level told) throws IOException {
    if (!isOpen(place)) {
      return;
    }
    Set<PosixFilePermission> before = Files.getPosixFilePermissions(place);
    Set<PosixFilePermission> closed = EnumSet.copyOf(OWNER);
    if (!Files.isDirectory(place)) {
      closed.retainAll(before);
    }
    try {
      Files.setPosixFilePermissions(place, closed);
      log.atLevel(told)
          .log(
              "{} was open to other users ({}); it is closed to them now",
              place,
              PosixFilePermissions.toString(before));
    } catch (FileSystemException e) {
      log.warn("{} is open to other users and cannot be closed: {}", place, e.getReason());
    }
  }
}
