package io.mirrorneuron.runtime.admission;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/** How much of the files is open that may be: by this process, or by all of the machine. */
final class OpenFiles {
  private final Path proc;

  OpenFiles(Path proc) {
    this.proc = proc;
  }

  /** Of 1, whichever is nearer; negative when neither is known. */
  double ratio() {
    return Math.max(machine(), process());
  }

  private static double process() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
        ? ratio(system.getOpenFileDescriptorCount(), system.getMaxFileDescriptorCount())
        : -1;
  }

  /** Files in use, files that could be used again, and how many there may be. */
  private double machine() {
    try {
      String[] numbers = Files.readString(proc.resolve("sys/fs/file-nr")).strip().split("\\s+");
      return numbers.length == 3
          ? ratio(
              Long.parseLong(numbers[0]) - Long.parseLong(numbers[1]), Long.parseLong(numbers[2]))
          : -1;
    } catch (IOException | NumberFormatException e) {
      return -1;
    }
  }

  private static double ratio(long open, long most) {
    return open < 0 || most <= 0 ? -1 : (double) open / most;
  }
}
