package io.mirrorneuron.run.folder;

import io.mirrorneuron.untrusted.UntrustedFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Serializes the writes of this product's threads and processes to a run. Programs of the run take
 * no lock: they only append whole lines. All runs of a root share one lock file, always empty, in
 * which each run locks a byte of its own.
 */
public final class FolderLock implements AutoCloseable {
  /** In the root, where no run can have this name. */
  static final String FILE = ".lock";

  /**
   * A file lock excludes other processes, not threads of this process: these wait at a gate per
   * folder.
   */
  private static final Map<Path, Gate> GATES = new ConcurrentHashMap<>();

  /** By root. Never closed: closing would release all locks of the process. */
  private static final Map<Path, LockFile> FILES = new ConcurrentHashMap<>();

  /** Pause between tries while another process has the lock. */
  private static final long AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private static final class Gate {
    final ReentrantLock lock = new ReentrantLock();
    int users;
  }

  private record LockFile(FileChannel channel, Object identity) {}

  private final Path folder;
  private final Gate gate;
  private final FileLock lock;

  private FolderLock(Path folder, Gate gate, FileLock lock) {
    this.folder = folder;
    this.gate = gate;
    this.lock = lock;
  }

  /** Blocks until the lock is free. Reentrant. */
  static FolderLock take(Path folder) throws IOException {
    Gate gate =
        GATES.compute(
            folder,
            (path, present) -> {
              Gate found = present == null ? new Gate() : present;
              found.users++;
              return found;
            });
    gate.lock.lock();
    try {
      return new FolderLock(folder, gate, gate.lock.getHoldCount() > 1 ? null : lock(folder));
    } catch (IOException | RuntimeException e) {
      release(folder, gate);
      throw e;
    }
  }

  private static FileLock lock(Path folder) throws IOException {
    LockFile file = FILES.get(folder.getParent());
    if (file == null || !file.identity.equals(identity(folder.getParent()))) {
      file = open(folder.getParent());
    }
    long place = place(folder.getFileName().toString());
    FileLock lock = file.channel.tryLock(place, 1, false);
    while (lock == null) { // interrupting a blocking lock would close the channel
      LockSupport.parkNanos(AGAIN_NANOS);
      lock = file.channel.tryLock(place, 1, false);
    }
    return lock;
  }

  /** Opens the file once, and again when it has been deleted together with all runs. */
  private static LockFile open(Path root) throws IOException {
    synchronized (FILES) {
      LockFile known = FILES.get(root);
      Object now = identity(root);
      if (known == null || !known.identity.equals(now)) {
        FileChannel channel = UntrustedFiles.write(root.resolve(FILE));
        known = new LockFile(channel, identity(root));
        FILES.put(root, known);
      }
      return known;
    }
  }

  private static Object identity(Path root) throws IOException {
    try {
      BasicFileAttributes is =
          Files.readAttributes(
              root.resolve(FILE), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      return is.fileKey() == null ? FILE : is.fileKey();
    } catch (NoSuchFileException e) {
      return "";
    }
  }

  /** The offset of a run's byte; collisions of two names are not expected. */
  private static long place(String runId) {
    long place = 0;
    for (int i = 0; i < runId.length(); i++) {
      place = (place ^ runId.charAt(i)) * 0x100000001b3L;
      place ^= place >>> 29;
    }
    return place >>> 2;
  }

  private static void release(Path folder, Gate gate) {
    gate.lock.unlock();
    GATES.computeIfPresent(folder, (path, present) -> --present.users == 0 ? null : present);
  }

  @Override
  public void close() throws IOException {
    try {
      if (lock != null) {
        lock.release();
      }
    } finally {
      release(folder, gate);
    }
  }
}
