package io.mirrorneuron.runtime.exec.spawn;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The folders that are searched for programs named without a slash.
 *
 * @param text folders separated by colons, as in {@code PATH}
 */
public record SearchPath(String text) {
  public static final String DEFAULT =
      "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  public static SearchPath of(String text) {
    return new SearchPath(text);
  }

  /** Absolute folders only: one that depends on the working folder would run what a step left. */
  public Optional<Path> find(String name) {
    for (String folder : text.split(":")) {
      if (folder.startsWith("/")) {
        Path candidate = Path.of(folder, name);
        if (Files.isExecutable(candidate) && !Files.isDirectory(candidate)) {
          return Optional.of(candidate);
        }
      }
    }
    return Optional.empty();
  }
}
