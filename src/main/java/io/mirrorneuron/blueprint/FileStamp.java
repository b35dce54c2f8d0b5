package io.mirrorneuron.blueprint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;

/** Size, time and identity of a file; a change of any means that the file must be read again. */
record FileStamp(long size, FileTime modified, Object file) {
  static final FileStamp ABSENT = new FileStamp(-1, FileTime.fromMillis(0), null);

  static FileStamp of(Path path) {
    try {
      BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
      return attributes.isRegularFile()
          ? new FileStamp(attributes.size(), attributes.lastModifiedTime(), attributes.fileKey())
          : ABSENT;
    } catch (IOException e) {
      return ABSENT;
    }
  }
}
