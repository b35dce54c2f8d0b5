package io.mirrorneuron.golden;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;

/** Keeps the files of a run's folder, as they are on the disk. */
final class RunFolderText {
  private RunFolderText() {}

  /**
   * @param leftOut beginnings of paths below the folder
   */
  static void keep(
      Path run, String name, Set<String> leftOut, Normaliser normaliser, GoldenFiles files) {
    try (Stream<Path> found = Files.walk(run)) {
      for (Path file : found.filter(Files::isRegularFile).sorted().toList()) {
        String path = run.relativize(file).toString();
        if (leftOut.stream().noneMatch(path::startsWith)) {
          String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
          files.add(
              "run-folders/" + name + "/" + path + ".txt",
              LineText.of(normaliser.apply(text, false)));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
