package io.mirrorneuron.runtime.exec.process;

import io.mirrorneuron.runtime.exec.confine.Confiner.Reach;
import io.mirrorneuron.runtime.exec.process.TimeLimit.Deadline;
import io.mirrorneuron.runtime.exec.spawn.Program;
import io.mirrorneuron.runtime.exec.spawn.SearchPath;
import io.mirrorneuron.runtime.exec.workspace.FolderTree;
import io.mirrorneuron.runtime.exec.workspace.Workspaces;
import io.mirrorneuron.runtime.exec.workspace.Workspaces.NotStarted;
import io.mirrorneuron.runtime.port.Executions.Ending;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Runs programs that check services or job inputs. They may read the files of their bundle, write
 * to a temporary folder, get few variables, and are ended with all their processes.
 */
public final class CheckPrograms {
  private static final String PREFIX = "service-check-";

  /** Bytes of stdout that are kept. */
  private static final int MOST_OUTPUT = 256 * 1024;

  private final PreparationScripts scripts;
  private final Workspaces workspaces;
  private final Runnable ended;
  private final AtomicLong numbers = new AtomicLong();
  private final Set<String> running = ConcurrentHashMap.newKeySet();

  /**
   * @param ended called after each program, which may have left processes
   */
  public CheckPrograms(PreparationScripts scripts, Workspaces workspaces, Runnable ended) {
    this.scripts = scripts;
    this.workspaces = workspaces;
    this.ended = ended;
  }

  public boolean isRunning(String executionId) {
    return running.contains(executionId);
  }

  /**
   * Blocking.
   *
   * @param command program and arguments; not read by a shell
   * @param bundle the working folder, readable for the program; a program named with a slash is
   *     looked up there; null for an empty folder
   * @param variables besides the common ones
   * @return why it failed; null when it ended with exit code 0
   */
  public String run(
      List<String> command, Path bundle, Map<String, String> variables, Duration limit) {
    End end = end(command, bundle, variables, Map.of(), limit);
    if (end.problem != null) {
      return end.problem;
    }
    if (end.isLate) {
      return "no end within " + limit.toMillis() + " ms";
    }
    String code = "exit code " + end.exitCode;
    return end.exitCode == 0 ? null : end.lastLine.isEmpty() ? code : code + ": " + end.lastLine;
  }

  /**
   * How a program ended.
   *
   * @param problem why it was not started; null when it was
   * @param isLate whether it was ended at its time limit
   * @param exitCode when it ended by itself
   * @param output the beginning of stdout, then of stderr
   * @param lastLine of stdout; of stderr when stdout is empty
   */
  public record End(String problem, boolean isLate, int exitCode, String output, String lastLine) {}

  /**
   * Like {@link #run}, with the output.
   *
   * @param files contents of files for the program, by the variable that gets the path of the file
   */
  public End end(
      List<String> command,
      Path bundle,
      Map<String, String> variables,
      Map<String, String> files,
      Duration limit) {
    String id = PREFIX + numbers.incrementAndGet();
    Path own = null;
    running.add(id);
    try {
      own = workspaces.empty();
      Path folder = bundle == null ? own : bundle;
      var all = new LinkedHashMap<>(variables);
      all.put("TMPDIR", own.toString());
      all.putAll(written(files, own));
      var program =
          new Program(
              executable(command.getFirst(), folder),
              command,
              scripts.environment().ofChecks(id, all),
              folder,
              scripts.confiner().reading(new Reach(List.of(folder), List.of(own))));
      PreparationScripts.Result result =
          scripts.run(id, program, Deadline.in(limit), new Notice.Inbox());
      return new End(
          null,
          result.forced() == Ending.TIMED_OUT,
          result.exitCode(),
          result.beginning(MOST_OUTPUT),
          result.lastLine());
    } catch (NotStarted e) {
      return new End(e.getMessage(), false, -1, "", "");
    } finally {
      running.remove(id);
      if (own != null) {
        FolderTree.delete(own);
      }
      ended.run();
    }
  }

  /** The folder is new, so no program can have put links there. */
  private static Map<String, String> written(Map<String, String> files, Path folder)
      throws NotStarted {
    Map<String, String> names = new LinkedHashMap<>();
    for (Map.Entry<String, String> one : files.entrySet()) {
      try {
        Path file = folder.resolve(one.getKey());
        Files.writeString(file, one.getValue(), StandardOpenOption.CREATE_NEW);
        names.put(one.getKey(), file.toString());
      } catch (IOException e) {
        throw new NotStarted("the file of %s cannot be written".formatted(one.getKey()), e);
      }
    }
    return names;
  }

  private Path executable(String name, Path folder) throws NotStarted {
    if (name.indexOf('/') >= 0) {
      return folder.resolve(name).normalize();
    }
    return SearchPath.of(scripts.environment().path())
        .find(name)
        .orElseThrow(() -> new NotStarted(missing(name, folder)));
  }

  /** As in a shell, a program of the bundle must be named with a slash. */
  private static String missing(String name, Path folder) {
    boolean isOfBundle = Files.isRegularFile(folder.resolve(name));
    return "there is no program %s%s"
        .formatted(
            name, isOfBundle ? "; the file of that name in the bundle is called ./" + name : "");
  }
}
