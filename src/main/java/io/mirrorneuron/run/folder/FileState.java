package io.mirrorneuron.run.folder;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;

/**
 * Length, modification time and identity of a file: tells two of its states apart without reading
 * it.
 */
public record FileState(long length, FileTime modified, Object identity) {
  /** No file, or an empty one. */
  public static final FileState NOTHING = new FileState(0, null, null);

  public static FileState at(Path file) {
    if (file.toFile().length() == 0) { // cheaper than an exception
      return NOTHING;
    }
    try {
      var attributes = Files.readAttributes(file, BasicFileAttributes.class);
      return new FileState(attributes.size(), attributes.lastModifiedTime(), attributes.fileKey());
    } catch (IOException e) {
      return NOTHING;
    }
  }
}
