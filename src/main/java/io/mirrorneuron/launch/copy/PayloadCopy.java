package io.mirrorneuron.launch.copy;

import io.mirrorneuron.port.Submission.Payloads;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Stream;

/** Copies the files of a bundle. Links in it stay links. */
public final class PayloadCopy {
  private PayloadCopy() {}

  /** All of it is on the disk when this returns. */
  public static void make(Payloads payloads, Path to) throws IOException {
    if (!(payloads instanceof Payloads.Folder from)) {
      throw new IllegalArgumentException("a launch has its files in a folder");
    }
    if (!Files.isDirectory(from.root())) {
      return; // a bundle without payloads
    }
    Path root = from.root().toRealPath();
    try (Stream<Path> all = Files.walk(root)) {
      for (Path path : (Iterable<Path>) all::iterator) {
        Path copy = to.resolve(root.relativize(path).toString());
        if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
          Files.createDirectories(copy);
        } else {
          Files.copy(path, copy, StandardCopyOption.COPY_ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
          settle(copy);
        }
      }
    }
  }

  private static void settle(Path file) throws IOException {
    if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      try (FileChannel channel = FileChannel.open(file)) {
        channel.force(true);
      }
    }
  }
}
