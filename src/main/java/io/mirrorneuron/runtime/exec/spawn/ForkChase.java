package io.mirrorneuron.runtime.exec.spawn;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.IntPredicate;

/**
 * Ends processes that live for a moment only and start the next one before they end. No look at all
 * processes meets such a one; but the kernel says which process is the newest, and that is read
 * faster than they start.
 */
public final class ForkChase {
  private static final Path NEWEST = Path.of("/proc/loadavg");

  /** After so long without one that belongs there, there is none. */
  private static final long QUIET_NANOS = 4_000_000;

  private static final long LONGEST_NANOS = 500_000_000;

  /** Older ones that are looked at with the newest. */
  private static final int BEFORE = 4;

  private ForkChase() {}

  /**
   * Takes four milliseconds when there is nothing to end.
   *
   * @param belongs whether a process, which may be gone, is to be ended
   */
  public static void run(IntPredicate belongs) {
    long self = ProcessHandle.current().pid(); // has a mark while it starts a program
    long begun = System.nanoTime();
    long last = begun;
    int seen = 0;
    try (FileChannel loads = FileChannel.open(NEWEST)) {
      ByteBuffer text = ByteBuffer.allocate(128);
      for (long now = begun; now - last < QUIET_NANOS && now - begun < LONGEST_NANOS; ) {
        int newest = newest(loads, text);
        for (int pid = newest; pid > 1 && pid > newest - BEFORE && newest != seen; pid--) {
          if (pid != self && belongs.test(pid)) {
            Libc.kill(pid, Spawner.Signal.KILL.number);
            last = System.nanoTime();
          }
        }
        seen = newest;
        now = System.nanoTime();
      }
    } catch (IOException | NumberFormatException e) {
      // No such file here: what can be found by a look is found.
    }
  }

  /** The last word of the file. */
  private static int newest(FileChannel loads, ByteBuffer text) throws IOException {
    text.clear();
    loads.read(text, 0);
    String line = new String(text.array(), 0, text.position(), StandardCharsets.US_ASCII).strip();
    return Integer.parseInt(line.substring(line.lastIndexOf(' ') + 1));
  }
}
