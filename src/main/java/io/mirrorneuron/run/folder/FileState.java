package io.mirrorneuron.run.folder;

import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;

/** Length, modification time and identity of a file: detects a change without a read. */
public record FileState(long length, FileTime modified, Object identity) {
  /** No file, or an empty one. */
  public static final FileState NOTHING = new FileState(0, null, null);

  public static FileState of(BasicFileAttributes attributes) {
    return attributes.size() == 0
        ? NOTHING
        : new FileState(attributes.size(), attributes.lastModifiedTime(), attributes.fileKey());
  }

  public static FileState at(Path file) {
    try {
      var provider = file.getFileSystem().provider();
      var attributes = // throws no exception for an absent file
          provider.readAttributesIfExists(file, BasicFileAttributes.class);
      return attributes == null ? NOTHING : of(attributes);
    } catch (IOException e) {
      return NOTHING;
    }
  }
}
