package io.mirrorneuron.runtime.exec.confine;

import java.nio.file.Path;
import java.util.List;

/**
 * What one program may reach besides what all may.
 *
 * @param read files, and folders with everything below
 * @param write the same, to read and to change
 */
public record Reach(List<Path> read, List<Path> write) {
  public Reach {
    read = List.copyOf(read);
    write = List.copyOf(write);
  }

  public static Reach writing(Path... folders) {
    return new Reach(List.of(), List.of(folders));
  }
}
