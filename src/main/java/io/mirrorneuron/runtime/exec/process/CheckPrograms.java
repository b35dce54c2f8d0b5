package io.mirrorneuron.runtime.exec.process;

import io.mirrorneuron.runtime.exec.confine.Reach;
import io.mirrorneuron.runtime.exec.settings.NotStarted;
import io.mirrorneuron.runtime.exec.spawn.Program;
import io.mirrorneuron.runtime.exec.spawn.SearchPath;
import io.mirrorneuron.runtime.port.Executions.Ending;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Programs that tell whether a service is well. They read the files of their bundle, write nothing,
 * see little of the environment, and are ended with all that they started.
 */
public final class CheckPrograms {
  private static final String PREFIX = "service-check-";

  private final PreparationScripts scripts;
  private final AtomicLong numbers = new AtomicLong();
  private final Set<String> running = ConcurrentHashMap.newKeySet();

  public CheckPrograms(PreparationScripts scripts) {
    this.scripts = scripts;
  }

  /** Whether a process that is marked so belongs to a program that runs now. */
  public boolean isRunning(String executionId) {
    return running.contains(executionId);
  }

  /**
   * Runs a program to its end; blocks.
   *
   * @param command the program and its arguments; no shell reads them
   * @param folder it runs in, and may read; a program named with a slash is looked for there
   * @param variables that it gets beside the usual few
   * @return why it failed; null when it ended with exit code 0
   */
  public String run(
      List<String> command, Path folder, Map<String, String> variables, Duration limit) {
    String id = PREFIX + numbers.incrementAndGet();
    running.add(id);
    try {
      var program =
          new Program(
              executable(command.getFirst(), folder),
              command,
              scripts.environment().ofChecks(id, variables),
              folder,
              scripts.confiner().around(new Reach(List.of(folder), List.of())));
      PreparationScripts.Result result =
          scripts.run(id, program, Deadline.in(limit), new Notice.Inbox());
      if (result.forced() == Ending.TIMED_OUT) {
        return "no end within " + limit.toMillis() + " ms";
      }
      String said = result.lastLine();
      String end = "exit code " + result.exitCode();
      return result.exitCode() == 0 ? null : said.isEmpty() ? end : end + ": " + said;
    } catch (NotStarted e) {
      return e.getMessage();
    } finally {
      running.remove(id);
    }
  }

  private Path executable(String name, Path folder) throws NotStarted {
    if (name.indexOf('/') >= 0) {
      return folder.resolve(name).normalize();
    }
    return SearchPath.of(scripts.environment().path())
        .find(name)
        .orElseThrow(() -> new NotStarted(missing(name, folder)));
  }

  /** As in a shell, a program of the bundle is meant by a name with a slash only. */
  private static String missing(String name, Path folder) {
    boolean isOfBundle = Files.isRegularFile(folder.resolve(name));
    return "there is no program %s%s"
        .formatted(
            name, isOfBundle ? "; the file of that name in the bundle is called ./" + name : "");
  }
}
