package io.mirrorneuron.runtime.admission;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Whether it is others who use the processors of this machine. A server that is as busy as its
 * clients can make it, with them beside it, is no reason to refuse what they ask for.
 */
final class OthersShare {
  /** Of all processors: as much as they have when nobody else does anything to speak of. */
  private static final double MOST = 0.75;

  /** In {@code /proc/stat}, after {@code cpu}: user, nice, system, idle, waiting for disks, … */
  private static final int IDLE = 3;

  private static final int WAITING = 4;

  /** The last two numbers, of guests, are in the first two. */
  private static final int COUNTED = 8;

  /** In {@code /proc/self/stat}, after the name and its brackets. */
  private static final int USER = 11;

  private static final int SYSTEM = 12;

  /**
   * Ticks since the machine, or this process, began.
   *
   * @param all of all processors, idle or not
   */
  private record Look(long all, long busy, long own) {}

  private final Path proc;
  private Look last;
  private boolean areOthers;

  OthersShare(Path proc) {
    this.proc = proc;
  }

  /** To be called every few seconds. */
  synchronized void look() {
    Look now = read().orElse(null);
    if (last != null && now != null && now.all > last.all) {
      double others = now.busy - last.busy - (now.own - last.own);
      areOthers = others / (now.all - last.all) >= MOST;
    }
    last = now;
  }

  /** True where it cannot be known, as on other systems; false before the second look. */
  synchronized boolean isMost() {
    return last == null ? read().isEmpty() : areOthers;
  }

  private Optional<Look> read() {
    try {
      long[] all = numbers(Files.readString(proc.resolve("stat")).lines().findFirst().orElse(""));
      String self = Files.readString(proc.resolve("self/stat"));
      long[] own = numbers(self.substring(self.lastIndexOf(')') + 1).replaceFirst("[A-Z]", "0"));
      long sum = LongStream.of(all).limit(COUNTED).sum();
      return Optional.of(new Look(sum, sum - all[IDLE] - all[WAITING], own[USER] + own[SYSTEM]));
    } catch (IOException | RuntimeException e) {
      return Optional.empty(); // it is told in another way here, or not at all
    }
  }

  private static long[] numbers(String line) {
    return Stream.of(line.replaceFirst("^cpu", "").strip().split("\\s+"))
        .mapToLong(Long::parseLong)
        .toArray();
  }
}
