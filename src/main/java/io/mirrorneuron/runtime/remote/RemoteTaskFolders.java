package io.mirrorneuron.runtime.remote;

import io.mirrorneuron.run.folder.RunLog;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * The run folders of remote tasks: one per execution, deleted after it. Leftovers of an earlier
 * server are deleted at the start. Blocking; thread-safe.
 */
final class RemoteTaskFolders {
  /** Limit of files per program that become part of its run; the rest is dropped, and reported. */
  static final int MOST_FILES = 1000;

  static final long MOST_BYTES = 1L << 30;
  private static final String KEPT = ".kept-";

  private final Path root;

  RemoteTaskFolders(Path root) {
    this.root = root;
    delete(root);
  }

  /** The folder that the program uses as its run folder: a real path. */
  Path of(String executionId) {
    try {
      return Files.createDirectories(root.resolve(name(executionId))).toRealPath();
    } catch (IOException e) {
      throw new UncheckedIOException("there is no place for files of a program", e);
    }
  }

  private static String name(String executionId) {
    return executionId.replaceAll("[^A-Za-z0-9._:-]", "_");
  }

  /**
   * @param sha256 of its bytes, in lower-case hexadecimal digits
   */
  record Kept(Path file, long size, String sha256) {}

  /** Keeps a large value until it has reached its owner. */
  Kept keep(String name, InputStream content) throws IOException {
    Path file = Files.createDirectories(root).resolve(KEPT + name(name));
    try (OutputStream out = Files.newOutputStream(file)) {
      var hashing = new DigestOutputStream(out, MessageDigest.getInstance("SHA-256"));
      long size = content.transferTo(hashing);
      return new Kept(file, size, HexFormat.of().formatHex(hashing.getMessageDigest().digest()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java has it
    }
  }

  /**
   * The files left by a program.
   *
   * @param more number of files beyond the limits
   */
  record Left(Path folder, List<Path> files, int more) {}

  Left left(String executionId) {
    Path folder = root.resolve(name(executionId));
    List<Path> files = new ArrayList<>();
    int[] more = {0};
    if (Files.isDirectory(folder)) {
      try {
        Files.walkFileTree(
            folder,
            new SimpleFileVisitor<>() {
              private long bytes;

              @Override
              public FileVisitResult visitFile(Path file, BasicFileAttributes is) {
                if (!is.isRegularFile()) { // links may lead out of the run
                  return FileVisitResult.CONTINUE;
                }
                bytes += is.size();
                if (files.size() < MOST_FILES && bytes <= MOST_BYTES) {
                  files.add(file);
                } else {
                  more[0]++;
                }
                return FileVisitResult.CONTINUE;
              }

              @Override
              public FileVisitResult visitFileFailed(Path file, IOException gone) {
                return FileVisitResult.CONTINUE;
              }
            });
      } catch (IOException e) {
        more[0]++;
      }
    }
    return new Left(folder, files, more[0]);
  }

  boolean asksPeople(String executionId) {
    return Files.exists(root.resolve(name(executionId)).resolve(RunLog.HUMAN.file()));
  }

  void drop(String executionId) {
    delete(root.resolve(name(executionId)));
  }

  /** Undeletable files are left for the next start. */
  static void delete(Path tree) {
    try {
      Files.walkFileTree(
          tree,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes is) throws IOException {
              Files.deleteIfExists(file);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, IOException e)
                throws IOException {
              Files.deleteIfExists(folder);
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      // it does not exist, or a program has made it undeletable
    }
  }
}
