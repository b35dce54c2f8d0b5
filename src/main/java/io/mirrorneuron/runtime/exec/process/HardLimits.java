package io.mirrorneuron.runtime.exec.process;

import io.mirrorneuron.runtime.workflow.ProgramLimit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The hard limits of this process. No program that it starts is given more. */
public final class HardLimits {
  private static final Path OWN = Path.of("/proc/self/limits");
  private static final long MEBI = 1 << 20;

  /** As the kernel names them: the soft one, the hard one, the unit. */
  private static final Pattern LINE =
      Pattern.compile("Max (open files|address space|cpu time) +\\S+ +(\\d+) .*");

  private static final Map<ProgramLimit, Long> MOST = read();

  private HardLimits() {}

  /** In the unit of the limit; the largest number where there is none, or where nobody says it. */
  public static long of(ProgramLimit limit) {
    return MOST.getOrDefault(limit, Long.MAX_VALUE);
  }

  private static Map<ProgramLimit, Long> read() {
    Map<ProgramLimit, Long> most = new EnumMap<>(ProgramLimit.class);
    try {
      for (String line : Files.readAllLines(OWN)) {
        Matcher known = LINE.matcher(line);
        if (known.matches()) {
          long value = Long.parseLong(known.group(2));
          switch (known.group(1)) {
            case "open files" -> most.put(ProgramLimit.OPEN_FILES, value);
            case "cpu time" -> most.put(ProgramLimit.CPU_SECONDS, value);
            default -> most.put(ProgramLimit.ADDRESS_SPACE_MB, value / MEBI);
          }
        }
      }
    } catch (IOException | NumberFormatException e) {
      return Map.of(); // a system without them: the shell says it when one cannot be set
    }
    return most;
  }
}
