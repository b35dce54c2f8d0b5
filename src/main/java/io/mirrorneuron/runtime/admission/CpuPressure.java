package io.mirrorneuron.runtime.admission;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Whether tasks wait for a processor now. The load average cannot say: it is old by a minute, and
 * counts tasks that wait for a disk.
 */
final class CpuPressure {
  /** A task waited for a fifth of the last ten seconds. */
  private static final double WAITING = 20;

  private static final Pattern LAST_TEN_SECONDS = Pattern.compile("some avg10=(\\d+\\.?\\d*) .*");

  private static final Pattern RUNNING = Pattern.compile("procs_running (\\d{1,9})");

  private final Path proc;

  CpuPressure(Path proc) {
    this.proc = proc;
  }

  /**
   * True where neither of both is told, as on other systems: then the load average decides alone.
   *
   * @param processors of the machine
   */
  boolean isWaitedFor(int processors) {
    OptionalDouble stalled = first("pressure/cpu", LAST_TEN_SECONDS);
    if (stalled.isPresent()) {
      return stalled.getAsDouble() >= WAITING;
    }
    OptionalDouble running = first("stat", RUNNING);
    return running.isEmpty() || running.getAsDouble() > processors;
  }

  private OptionalDouble first(String file, Pattern line) {
    try (Stream<String> lines = Files.lines(proc.resolve(file))) {
      return lines
          .map(line::matcher)
          .filter(Matcher::matches)
          .mapToDouble(found -> Double.parseDouble(found.group(1)))
          .findFirst();
    } catch (IOException | UncheckedIOException e) {
      return OptionalDouble.empty(); // a kernel without it refuses to read it
    }
  }
}
