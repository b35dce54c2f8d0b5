package io.mirrorneuron.blueprint;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;

/** A folder that comes with the program, in its jar or beside its classes. */
public final class PackagedFolder {
  private PackagedFolder() {}

  /**
   * Copies it.
   *
   * @param manifest a file in it, absolute, for example {@code /samples/shell-chain/manifest.json}
   * @param to made when absent
   */
  public static void copyOf(String manifest, Path to) throws IOException {
    URI place;
    try {
      place = PackagedFolder.class.getResource(manifest).toURI();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
    if (place.getScheme().equals("jar")) {
      try (FileSystem jar = FileSystems.newFileSystem(place, Map.of())) {
        copy(jar.provider().getPath(place).getParent(), to);
      }
    } else {
      copy(Path.of(place).getParent(), to);
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        Files.createDirectories(target.getParent());
        Files.copy(file, target);
      }
    }
  }
}
