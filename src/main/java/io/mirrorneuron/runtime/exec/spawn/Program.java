package io.mirrorneuron.runtime.exec.spawn;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What to start.
 *
 * @param executable absolute path of the file to execute
 * @param arguments the argument vector; the first is the name the program sees as its own
 * @param environment the whole environment; nothing is inherited
 * @param domain what it is kept within
 * @param group a file of this machine that is open for writing in the program as {@link #GROUP_FD}:
 *     that by which it enters a control group; null for none
 * @param limits that it begins with, where the {@linkplain Spawner#setsLimits spawner sets them}
 */
public record Program(
    Path executable,
    List<String> arguments,
    Map<String, String> environment,
    Path workingFolder,
    Domain domain,
    Path group,
    List<Limit> limits) {
  /** The descriptor of {@link #group}. */
  public static final int GROUP_FD = 3;

  public Program(
      Path executable,
      List<String> arguments,
      Map<String, String> environment,
      Path workingFolder,
      Domain domain) {
    this(executable, arguments, environment, workingFolder, domain, null, List.of());
  }

  /**
   * A limit of the kernel.
   *
   * @param resource its number there
   */
  public record Limit(int resource, long soft, long hard) {}

  public Program {
    arguments = List.copyOf(arguments);
    environment = Map.copyOf(environment);
    limits = List.copyOf(limits);
  }

  /** The same program with these limits. */
  public Program with(List<Limit> most) {
    return new Program(executable, arguments, environment, workingFolder, domain, group, most);
  }

  /** The same program as a script of the shell, for files without an interpreter line. */
  Program throughShell() {
    var shell = Path.of("/bin/sh");
    var words = new ArrayList<String>();
    words.add("sh");
    words.add(executable.toString());
    words.addAll(arguments.subList(1, arguments.size()));
    return new Program(shell, words, environment, workingFolder, domain, group, limits);
  }
}
