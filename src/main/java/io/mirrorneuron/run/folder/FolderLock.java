package io.mirrorneuron.run.folder;

import io.mirrorneuron.untrusted.OpenFolder;
import io.mirrorneuron.untrusted.UntrustedFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Makes the threads and the processes of this product write to a run one after the other. Programs
 * of the run do not take part: they only ever append whole lines.
 */
public final class FolderLock implements AutoCloseable {
  /**
   * A file lock excludes other processes, not other threads of this one: these wait at a gate per
   * folder.
   */
  private static final Map<Path, Gate> GATES = new ConcurrentHashMap<>();

  private static final class Gate {
    final ReentrantLock lock = new ReentrantLock();
    int users;
  }

  private final Path folder;
  private final Gate gate;
  private final FileChannel channel;

  private FolderLock(Path folder, Gate gate, FileChannel channel) {
    this.folder = folder;
    this.gate = gate;
    this.channel = channel;
  }

  /** Blocks until the lock is free. Reentrant: the thread that holds it may take it again. */
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
      return new FolderLock(folder, gate, gate.lock.getHoldCount() > 1 ? null : lockFile(folder));
    } catch (IOException | RuntimeException e) {
      release(folder, gate);
      throw e;
    }
  }

  /**
   * The folder of the run is not made: one that was deleted must not come back. What a program has
   * put in the place of the hidden folder or of the lock goes.
   */
  private static FileChannel lockFile(Path folder) throws IOException {
    FileChannel channel = open(folder);
    try {
      channel.lock(); // ends with the channel
      return channel;
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  private static FileChannel open(Path folder) throws IOException {
    try {
      return UntrustedFiles.write(folder.resolve(RunFolder.HIDDEN).resolve("lock"));
    } catch (NoSuchFileException e) { // there is no hidden folder, or something in its place
      try (OpenFolder run = OpenFolder.at(folder);
          OpenFolder hidden = run.in(RunFolder.HIDDEN)) {
        return hidden.write("lock");
      } catch (NoSuchFileException gone) {
        throw new IOException("there is no folder " + folder.getFileName() + " any more", gone);
      }
    }
  }

  private static void release(Path folder, Gate gate) {
    gate.lock.unlock();
    GATES.computeIfPresent(folder, (path, present) -> --present.users == 0 ? null : present);
  }

  @Override
  public void close() throws IOException {
    try {
      if (channel != null) {
        channel.close();
      }
    } finally {
      release(folder, gate);
    }
  }
}
