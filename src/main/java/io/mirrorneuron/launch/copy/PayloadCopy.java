package io.mirrorneuron.launch.copy;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Submission.Payloads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
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
          requireReadable(root, path);
          Files.copy(path, copy, StandardCopyOption.COPY_ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
          settle(copy);
        }
      }
    } catch (UncheckedIOException e) { // the walk found a folder that it may not enter
      throw e.getCause() instanceof FileSystemException fault
          ? unreadable(root, Path.of(fault.getFile()), fault)
          : e;
    } catch (NoSuchFileException e) {
      Path gone = Path.of(e.getFile());
      if (gone.startsWith(root)) {
        throw unreadable(root, gone, e);
      }
      throw e;
    }
  }

  private static void requireReadable(Path root, Path path) {
    if (Files.isSymbolicLink(path)) {
      return;
    }
    try {
      if (!Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
          .isRegularFile()) {
        throw unreadable(root, path, new FileSystemException(path + "", null, "it is no file"));
      }
      FileChannel.open(path).close();
    } catch (IOException e) {
      throw unreadable(root, path, e);
    }
  }

  /** A fault of the bundle, and not of the disk that it is copied to. */
  private static MnException unreadable(Path root, Path path, IOException fault) {
    String why =
        switch (fault) {
          case NoSuchFileException _ -> "it has vanished";
          case AccessDeniedException _ -> "this server may not read it";
          case FileSystemException e when e.getReason() != null -> e.getReason();
          default -> fault.toString();
        };
    return new MnException(
        ErrorCode.INVALID,
        "payload_unreadable",
        "payloads/%s cannot be read: %s".formatted(root.relativize(path), why),
        null,
        fault);
  }

  private static void settle(Path file) throws IOException {
    if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      try (FileChannel channel = FileChannel.open(file)) {
        channel.force(true);
      }
    }
  }
}
