package io.mirrorneuron.untrusted;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Hard links: a program may give a file of somebody else a name in its own folder. Such a file has
 * more names than the folder holds. Names are counted while none of them changes, as one that moves
 * would be counted twice.
 */
final class OtherNames {
  /** Files that are looked at; who spreads names over more is not believed. */
  private static final int MOST = 20_000;

  /** After it the kernel tells another time of changes. */
  private static final Duration TICK = Duration.ofMillis(20);

  private static final Path OPEN_FILES = Path.of("/proc");

  /** Counts that are begun. */
  private static final int TRIES = 3;

  /** Files whose names were counted: as long as they tell the same time, they have the same. */
  private static final Cache<Counted, Boolean> COUNTED =
      Caffeine.newBuilder().executor(Runnable::run).maximumSize(10_000).build();

  private record Counted(Object file, Path folder, FileTime changed) {}

  private OtherNames() {}

  /**
   * Whether all names of the file are in this folder and those below.
   *
   * @param folder its path may stand for another folder later, when it is one of open files
   */
  static boolean areWithin(Path folder, Handle file) throws IOException {
    for (int i = 0; i < TRIES; i++) {
      Handle.Names before = file.names();
      Counted counted = new Counted(file.key(), folder, before.changed());
      if (COUNTED.getIfPresent(counted) != null) {
        return true;
      }
      if (count(folder, file, before.count()) < before.count()) {
        return false;
      }
      LockSupport.parkNanos(TICK.toNanos()); // what happens from now on is told
      if (count(folder, file, before.count()) == before.count() && file.names().equals(before)) {
        if (!folder.startsWith(OPEN_FILES)) {
          COUNTED.put(counted, true);
        }
        return true;
      }
    }
    return false; // its names change all the time
  }

  private static long count(Path folder, Handle file, long links) throws IOException {
    Object key = file.key();
    long[] left = {links, MOST};
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) {
            left[0] -= key.equals(attributes.fileKey()) ? 1 : 0;
            return left[0] > 0 && left[1]-- > 0
                ? FileVisitResult.CONTINUE
                : FileVisitResult.TERMINATE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path path, IOException e) {
            return FileVisitResult.CONTINUE; // it went meanwhile, or is not to be read
          }

          @Override
          public FileVisitResult postVisitDirectory(Path path, IOException e) {
            return FileVisitResult.CONTINUE;
          }
        });
    return links - left[0];
  }
}
