package io.mirrorneuron.golden;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What the scenarios bring along: manifests, programs, and folders of runs of another year. */
final class Scenery {
  private static final Path ROOT =
      Path.of("src", "test", "resources", "io", "mirrorneuron", "golden");

  private Scenery() {}

  static String text(String name) {
    try {
      return Files.readString(ROOT.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * A manifest with a program that waits.
   *
   * @param gate the file for which it waits
   */
  static String gated(String name, Path gate) {
    return text(name).replace("GATE", gate.toString());
  }

  static void open(Path gate) {
    try {
      Files.createFile(gate);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Puts the runs into a home. */
  static void unpackRuns(Path home) {
    Path from = ROOT.resolve("runs");
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path to = home.resolve("runs").resolve(from.relativize(file).toString());
        Files.createDirectories(to.getParent());
        Files.copy(file, to);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
