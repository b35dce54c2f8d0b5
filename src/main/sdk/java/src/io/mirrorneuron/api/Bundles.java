package io.mirrorneuron.api;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A bundle as one zip, by the rule of {@code mn run}: of a folder links are left out, with a warning,
 * and what begins with a dot beside {@code payloads/}.
 */
final class Bundles {
  private static final System.Logger LOG = System.getLogger("io.mirrorneuron.api");
  private static final List<String> MANIFESTS =
      List.of("manifest.json", "manifest.yaml", "manifest.yml");
  private static final String PAYLOADS = "payloads";
  private static final int MOST_NAMED = 10;

  private Bundles() {}

  /** A zip that is deleted when it was made here. */
  record Packed(Path file, boolean isOurs) implements AutoCloseable {
    @Override
    public void close() {
      try {
        if (isOurs) {
          Files.deleteIfExists(file);
        }
      } catch (IOException stays) {
        file.toFile().deleteOnExit();
      }
    }
  }

  /**
   * Packs a folder; a file is taken as it is.
   *
   * @throws BadArgumentException when it is neither, or not all of it can be read
   */
  static Packed pack(Path bundle) {
    if (Files.isRegularFile(bundle)) {
      return new Packed(bundle, false);
    }
    if (!Files.isDirectory(bundle)) {
      throw new BadArgumentException(bundle + " is no folder and no zip", null);
    }
    if (MANIFESTS.stream().noneMatch(name -> Files.isRegularFile(bundle.resolve(name)))) {
      throw new BadArgumentException(bundle + " has no manifest.json or manifest.yaml", null);
    }
    try {
      Packed zip = new Packed(Files.createTempFile("bundle", ".zip"), true);
      try {
        write(bundle.toRealPath(), bundle, zip.file());
        return zip;
      } catch (IOException | RuntimeException failure) {
        zip.close();
        throw failure;
      }
    } catch (IOException | UncheckedIOException failure) {
      throw new BadArgumentException("the bundle " + bundle + " cannot be read: " + failure.getMessage(), failure);
    }
  }

  private static void write(Path folder, Path named, Path file) throws IOException {
    List<Path> all;
    try (Stream<Path> found = Files.walk(folder)) {
      all = found.filter(path -> isWanted(folder.relativize(path))).sorted().toList();
    }
    tell(named, all.stream().filter(Files::isSymbolicLink).map(link -> name(folder, link)).toList());
    Files.delete(file);
    URI zip = URI.create("jar:" + file.toUri());
    Map<String, String> options = Map.of("create", "true", "enablePosixFileAttributes", "true");
    try (FileSystem out = FileSystems.newFileSystem(zip, options)) {
      Files.createDirectory(out.getPath(PAYLOADS)); // there may be none
      for (Path path : all) {
        if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
          add(path, out.getPath(name(folder, path)));
        }
      }
    }
  }

  private static void add(Path file, Path entry) throws IOException {
    if (entry.getParent() != null) {
      Files.createDirectories(entry.getParent());
    }
    Files.copy(file, entry);
    Files.setLastModifiedTime(entry, FileTime.fromMillis(0));
    String mode = Files.isExecutable(file) ? "rwxr-xr-x" : "rw-r--r--";
    Files.setPosixFilePermissions(entry, PosixFilePermissions.fromString(mode));
  }

  private static boolean isWanted(Path within) {
    return within.startsWith(PAYLOADS) || !within.getName(0).toString().startsWith(".");
  }

  private static String name(Path folder, Path path) {
    String name = folder.relativize(path).toString().replace(File.separatorChar, '/');
    if (name.indexOf('\uFFFD') >= 0) {
      throw new BadArgumentException(
          "the name of " + path + " cannot be read in this locale: it is to be one of UTF-8", null);
    }
    return name;
  }

  private static void tell(Path folder, List<String> links) {
    if (!links.isEmpty()) {
      String named = links.stream().limit(MOST_NAMED).collect(Collectors.joining(", "));
      String more = links.size() > MOST_NAMED ? ", … (" + links.size() + ")" : "";
      LOG.log(
          System.Logger.Level.WARNING,
          "links are not sent, put there what they lead to: in " + folder + " " + named + more);
    }
  }
}
