package io.mirrorneuron.runtime.exec.process;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.exec.spawn.Program;
import io.mirrorneuron.runtime.exec.spawn.Spawner;
import io.mirrorneuron.runtime.exec.workspace.Workspaces.NotStarted;
import io.mirrorneuron.runtime.port.Executions.Ending;
import io.mirrorneuron.runtime.workflow.AgentSettings.ProgramLimit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Limits that the kernel enforces on each single process of a program: {@code open_files}, {@code
 * address_space_mb} and {@code cpu_seconds} of {@code limits} in a node's resources. Limits of all
 * processes together are enforced elsewhere.
 */
public final class ProcessLimits {
  private static final Map<ProgramLimit, String> SETTERS =
      Map.of(
          ProgramLimit.OPEN_FILES, "ulimit -n %d && ",
          ProgramLimit.ADDRESS_SPACE_MB, "ulimit -v $((%d * 1024)) && ",
          // The soft limit sends SIGXCPU; the hard limit would only kill.
          ProgramLimit.CPU_SECONDS, "ulimit -S -t %1$d && ulimit -H -t %2$d && ");

  /** Kernel numbers of the limits. */
  private static final int CPU_SECONDS = 0;

  private static final int OPEN_FILES = 7;
  private static final int ADDRESS_SPACE = 9;

  /** Seconds for a program to end itself once its CPU time is used up. */
  private static final int TO_END = 2;

  private static final int KILLED = 128 + 9;
  private static final int OUT_OF_TIME = 128 + 24;

  /**
   * The shell enters the group before it becomes the program, which does not get the descriptor.
   */
  private static final String ENTER =
      "echo $$ >&%1$d && exec %1$d>&- && ".formatted(Program.GROUP_FD);

  private ProcessLimits() {}

  /**
   * The limits of a node.
   *
   * @throws NotStarted when a limit is invalid
   */
  public static Map<ProgramLimit, Long> read(ObjectNode resources) throws NotStarted {
    Map<ProgramLimit, Long> limits = new EnumMap<>(ProgramLimit.class);
    for (Map.Entry<String, JsonNode> member : resources.path("limits").properties()) {
      ProgramLimit limit =
          ProgramLimit.of(member.getKey())
              .orElseThrow(
                  () ->
                      new NotStarted(
                          "resources.limits has no member %s; it has %s"
                              .formatted(
                                  member.getKey(), String.join(", ", ProgramLimit.words()))));
      JsonNode value = member.getValue();
      if (!value.isIntegralNumber() || value.asLong() < 1 || value.asLong() > ProgramLimit.MOST) {
        throw new NotStarted(
            "resources.limits.%s must be a positive whole number".formatted(limit.word()));
      }
      limits.put(limit, value.asLong());
    }
    return limits;
  }

  /** The exit code; that of SIGXCPU also for a program that ignored it and was killed. */
  public static int exitCode(Map<ProgramLimit, Long> limits, Spawner.End end) {
    Long seconds = limits.get(ProgramLimit.CPU_SECONDS);
    boolean isUsedUp = seconds != null && end.cpu().toSeconds() > seconds;
    return isUsedUp && end.exitCode() == KILLED ? OUT_OF_TIME : end.exitCode();
  }

  /**
   * Adds the limits to the program: as data for the spawner, or behind a shell that enters the
   * group, sets them and becomes the program.
   *
   * @param bySpawner whether the spawner sets limits
   */
  public static Program apply(Map<ProgramLimit, Long> limits, Program program, boolean bySpawner) {
    return bySpawner && program.group() == null
        ? limited(limits, program)
        : behindShell(limits, program);
  }

  private static Program limited(Map<ProgramLimit, Long> limits, Program program) {
    List<Program.Limit> numbers = new ArrayList<>();
    limits.forEach(
        (limit, value) -> {
          long most = HardLimits.of(limit);
          long least = Math.min(value, most);
          switch (limit) {
            case OPEN_FILES -> numbers.add(new Program.Limit(OPEN_FILES, least, least));
            case ADDRESS_SPACE_MB ->
                numbers.add(new Program.Limit(ADDRESS_SPACE, least << 20, least << 20));
            case CPU_SECONDS -> // the soft limit sends SIGXCPU; the hard limit only kills
                numbers.add(new Program.Limit(CPU_SECONDS, least, Math.min(value + TO_END, most)));
            default -> {} // a limit of all processes together
          }
        });
    return numbers.isEmpty() ? program : program.with(numbers);
  }

  private static Program behindShell(Map<ProgramLimit, Long> limits, Program program) {
    var script = new StringBuilder(program.group() == null ? "" : ENTER);
    limits.forEach(
        (limit, value) -> {
          if (SETTERS.containsKey(limit)) {
            long most = HardLimits.of(limit);
            script.append(
                SETTERS
                    .get(limit)
                    .formatted(Math.min(value, most), Math.min(value + TO_END, most)));
          }
        });
    if (script.isEmpty()) {
      return program;
    }
    var words = new ArrayList<>(List.of("sh", "-c", script + "exec \"$0\" \"$@\""));
    words.add(program.executable().toString());
    words.addAll(program.arguments().subList(1, program.arguments().size()));
    return new Program(
        Path.of("/bin/sh"),
        words,
        program.environment(),
        program.workingFolder(),
        program.domain(),
        program.group(),
        List.of());
  }

  /** Hard limits of this process, which no started program can exceed. */
  public static final class HardLimits {
    private static final Path OWN = Path.of("/proc/self/limits");
    private static final long MEBI = 1 << 20;

    /** Columns: name, soft limit, hard limit, unit. */
    private static final Pattern LINE =
        Pattern.compile("Max (open files|address space|cpu time) +\\S+ +(\\d+) .*");

    private static final Map<ProgramLimit, Long> MOST = read();

    private HardLimits() {}

    /** In the unit of the limit; {@link Long#MAX_VALUE} without a limit, or if it is unknown. */
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
        return Map
            .of(); // no such file on this system: the shell reports a limit that cannot be set
      }
      return most;
    }
  }

  /**
   * A limit that a program and its descendants exceeded together.
   *
   * @param words for the error
   */
  public record ExceededLimit(Ending ending, String words) {
    private static final long MEGABYTE = 1 << 20;

    /** Found by polling the processes. */
    public static ExceededLimit ofMemory(long bytes, long allowedMb) {
      return new ExceededLimit(
          Ending.OUT_OF_MEMORY,
          "out of memory: the program and its children used %d MB of %d MB allowed (%s)"
              .formatted(
                  (bytes + MEGABYTE - 1) / MEGABYTE, allowedMb, name(ProgramLimit.MEMORY_MB)));
    }

    /** Found by polling the processes. */
    public static ExceededLimit ofProcesses(long tasks, long allowed) {
      return new ExceededLimit(
          Ending.TOO_MANY_PROCESSES,
          "too many processes: the program and its children had %d processes and threads of %d allowed (%s)"
              .formatted(tasks, allowed, name(ProgramLimit.PROCESSES)));
    }

    /** The kernel killed processes that requested more. */
    public static ExceededLimit ofMemory(long allowedMb) {
      return new ExceededLimit(
          Ending.OUT_OF_MEMORY,
          "out of memory: the kernel ended the program and its children, which used all of %d MB allowed (%s)"
              .formatted(allowedMb, name(ProgramLimit.MEMORY_MB)));
    }

    /** The kernel refused further processes, and the program failed. */
    public static ExceededLimit ofProcesses(long allowed, int exitCode) {
      return new ExceededLimit(
          Ending.TOO_MANY_PROCESSES,
          "too many processes: the program failed with exit code %d after the kernel refused it more than %d processes and threads (%s)"
              .formatted(exitCode, allowed, name(ProgramLimit.PROCESSES)));
    }

    private static String name(ProgramLimit limit) {
      return "resources.limits." + limit.word();
    }
  }
}
