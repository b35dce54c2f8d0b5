package io.mirrorneuron.untrusted;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.mirrorneuron.untrusted.OpenFolder.Appending;
import io.mirrorneuron.untrusted.OpenFolder.OpenFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * Reads files that programs may have put there. What is opened is a regular file that was reached
 * over no symbolic link, and all its names lie in the folder that was given; pipes, devices and
 * sockets are never opened, so nothing blocks. Thread-safe.
 */
public final class UntrustedFiles {
  private static final Set<StandardOpenOption> READ = Set.of(StandardOpenOption.READ);
  private static final Set<StandardOpenOption> WRITE = Set.of(StandardOpenOption.WRITE);
  private static final Set<StandardOpenOption> APPEND = Set.of(StandardOpenOption.APPEND);

  /** A program that replaces files faster than they are opened is left to itself. */
  static final int ATTEMPTS = 20;

  private UntrustedFiles() {}

  /**
   * Opens a file to be read.
   *
   * @param file an absolute path without links
   * @param within the folder in which all names of the file must lie
   * @throws RefusedFile when it is none that may be read
   * @throws NoSuchFileException when there is none
   */
  public static OpenFile open(Path file, Path within) throws IOException {
    try (Handle handle = checkedAt(file, within)) {
      Handle.Status status = handle.status();
      return new OpenFile(
          handle.channel(READ), status.size(), status.modified(), status.identity());
    }
  }

  /** The same for a file whose other names may lie beside it and below only. */
  public static OpenFile open(Path file) throws IOException {
    return open(file, file.toAbsolutePath().getParent());
  }

  /**
   * The same for a file that may be a link, as long as it leads to another place in the folder.
   *
   * @param folder a path without links
   */
  public static OpenFile openLinked(Path file, Path folder) throws IOException {
    try {
      return open(file, folder);
    } catch (RefusedFile e) {
      Path real = file.toRealPath();
      if (real.equals(file) || !real.startsWith(folder)) {
        throw e;
      }
      return open(real, folder);
    }
  }

  /**
   * All bytes that a file has when it is opened.
   *
   * @throws IOException also when it has more
   */
  public static byte[] read(Path file, Path folder, int most) throws IOException {
    try (OpenFile open = openLinked(file, folder)) {
      if (open.size() > most) {
        throw new IOException("it has more than " + most + " bytes");
      }
      ByteBuffer bytes = ByteBuffer.allocate((int) open.size());
      while (bytes.hasRemaining() && open.channel().read(bytes) >= 0) {}
      return Arrays.copyOf(bytes.array(), bytes.position());
    }
  }

  /**
   * Opens a file to which lines are added, made when there is none. Whatever a program has put in
   * its place is removed.
   */
  public static Appending append(Path file) throws IOException {
    Path folder = file.getParent();
    try (Handle handle = checkedAt(file, folder)) {
      Handle.Status status = handle.status();
      boolean torn = status.size() > 0 && !endsALine(handle);
      return new Appending(handle.channel(APPEND), status.size(), torn);
    } catch (NoSuchFileException e) {
      try (OpenFolder in = OpenFolder.at(folder)) {
        FileChannel channel = in.append(file.getFileName().toString());
        return new Appending(channel, channel.size(), false);
      }
    }
  }

  private static boolean endsALine(Handle handle) throws IOException {
    try (FileChannel channel = handle.channel(READ)) {
      ByteBuffer last = ByteBuffer.allocate(1);
      return channel.read(last, handle.status().size() - 1) == 1 && last.get(0) == '\n';
    }
  }

  /** The same without a look at its last line, for files that this product writes alone. */
  public static FileChannel extend(Path file) throws IOException {
    return writable(file, APPEND);
  }

  /** Opens a file to be written and keeps what it has; else as {@link #append}. */
  public static FileChannel write(Path file) throws IOException {
    return writable(file, WRITE);
  }

  private static FileChannel writable(Path file, Set<StandardOpenOption> how) throws IOException {
    try (Handle handle = checkedAt(file, file.getParent())) {
      return handle.channel(how);
    } catch (NoSuchFileException e) {
      try (OpenFolder in = OpenFolder.at(file.getParent())) {
        String name = file.getFileName().toString();
        return how.equals(APPEND) ? in.append(name) : in.write(name);
      }
    }
  }

  /** Why {@link #open} would refuse the file; null when it would not, or there is none. */
  public static String fault(Path file, Path within) {
    try (Handle _ = checkedAt(file, within)) {
      return null;
    } catch (RefusedFile e) {
      return e.getReason();
    } catch (IOException e) {
      return null;
    }
  }

  /** Whether a regular file has this name; by the name alone, so {@link #open} may refuse it. */
  public static boolean isFile(Path file) {
    Handle.Status is = Handle.look(file);
    return is != null && is.isFile();
  }

  /** Whether a folder has this name, and not a link to one. */
  public static boolean isFolder(Path folder) {
    Handle.Status is = Handle.look(folder);
    return is != null && is.isFolder();
  }

  /** The length of a regular file in bytes; 0 when there is none. */
  public static long size(Path file) {
    Handle.Status is = Handle.look(file);
    return is != null && is.isFile() ? is.size() : 0;
  }

  /** Whether anything has this name, a link to nothing too. */
  public static boolean isThere(Path file) {
    return Handle.look(file) != null;
  }

  private static Handle checkedAt(Path file, Path within) throws IOException {
    return checked(file, within, () -> Handle.at(file));
  }

  /** Opens a place. */
  interface Opening {
    Handle open() throws IOException;
  }

  /** What is opened when it is a file that may be read, and is not replaced at that moment. */
  static Handle checked(Path file, Path within, Opening opening) throws IOException {
    for (int i = 0; i < ATTEMPTS; i++) {
      Handle handle = opening.open();
      boolean fine = false;
      try {
        fine = isFine(handle, within);
        if (fine) {
          return handle;
        }
      } finally {
        if (!fine) {
          handle.close();
        }
      }
    }
    throw new RefusedFile(file, "is replaced all the time");
  }

  /** False when it was replaced meanwhile: its names are counted after it was opened. */
  private static boolean isFine(Handle handle, Path within) throws IOException {
    if (!handle.status().isFile()) {
      throw new RefusedFile(handle.name(), "is no regular file");
    }
    if (handle.status().links() <= 1) {
      return handle.hasItsName();
    }
    if (!OtherNames.areWithin(within, handle)) {
      throw new RefusedFile(handle.name(), "has another name outside of its folder");
    }
    return true;
  }

  /**
   * Hard links: a program may give a file of somebody else a name in its own folder. Such a file
   * has more names than the folder holds. Names are counted while none of them changes, as one that
   * moves would be counted twice.
   */
  static final class OtherNames {
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
              return FileVisitResult.CONTINUE; // deleted meanwhile, or unreadable
            }

            @Override
            public FileVisitResult postVisitDirectory(Path path, IOException e) {
              return FileVisitResult.CONTINUE;
            }
          });
      return links - left[0];
    }
  }

  /**
   * What has the name of a file is none that may be read or written. To whoever asks for the file
   * it is as if there were none.
   */
  public static final class RefusedFile extends NoSuchFileException {
    private static final long serialVersionUID = 1;

    /**
     * @param reason what is wrong with it, to follow its name: {@code is a symbolic link}
     */
    RefusedFile(Path file, String reason) {
      super(file.toString(), null, reason);
    }
  }
}
