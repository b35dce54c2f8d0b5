package io.mirrorneuron.store.bundle;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A folder that several servers mount, with one file for each bundle, readable by their account
 * only. A file is synced to disk before it gets its final, unique name.
 */
final class SharedFolder {
  private static final String ARRIVING = ".arriving-";
  private static final Pattern OURS = Pattern.compile("(\\.arriving-)?[0-9a-f]{64}-[0-9a-z-]+");
  private static final FileAttribute<Set<PosixFilePermission>> PRIVATE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private final Path root;

  SharedFolder(Path root) {
    this.root = root;
  }

  void write(String name, BundleFiles files) throws IOException {
    Path arriving = root.resolve(ARRIVING + name);
    try {
      try (FileChannel file =
              FileChannel.open(
                  arriving,
                  Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                  PRIVATE);
          OutputStream out = new BufferedOutputStream(Channels.newOutputStream(file))) {
        files.writeTo(out);
        out.flush();
        file.force(true);
      }
      Files.move(arriving, root.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(arriving);
    }
  }

  InputStream read(String name) throws IOException {
    return Files.newInputStream(root.resolve(name));
  }

  void remove(String name) throws IOException {
    Files.deleteIfExists(root.resolve(name));
  }

  /** The bundle in a file of this name. */
  static String fingerprint(String name) {
    return name.substring(0, name.indexOf('-'));
  }

  /** Names of bundles, and of remains of interrupted writes, from before this moment. */
  List<String> writtenBefore(Instant moment) throws IOException {
    try (Stream<Path> files = Files.list(root)) {
      return files
          .filter(file -> isBefore(file, moment))
          .map(file -> file.getFileName().toString())
          .filter(name -> OURS.matcher(name).matches())
          .toList();
    }
  }

  private static boolean isBefore(Path file, Instant moment) {
    try {
      return Files.getLastModifiedTime(file).toInstant().isBefore(moment);
    } catch (IOException e) {
      return false; // the file is gone
    }
  }
}
