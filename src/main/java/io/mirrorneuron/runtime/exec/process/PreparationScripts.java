package io.mirrorneuron.runtime.exec.process;

import io.mirrorneuron.runtime.exec.confine.Confiner;
import io.mirrorneuron.runtime.exec.confine.Confiner.Reach;
import io.mirrorneuron.runtime.exec.process.Supervision.GracePeriods;
import io.mirrorneuron.runtime.exec.process.TimeLimit.Deadline;
import io.mirrorneuron.runtime.exec.spawn.ProcessTable;
import io.mirrorneuron.runtime.exec.spawn.Program;
import io.mirrorneuron.runtime.exec.spawn.Spawner;
import io.mirrorneuron.runtime.exec.workspace.ExecutorSettings;
import io.mirrorneuron.runtime.exec.workspace.Workspaces.NotStarted;
import io.mirrorneuron.runtime.port.Executions.Ending;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Runs scripts that prepare an execution, and are ended with it. */
public record PreparationScripts(
    Spawner spawner,
    ProcessTable processes,
    GracePeriods grace,
    ProcessEnvironment environment,
    Confiner confiner) {
  private static final int MOST_ERRORS = 16 * 1024;

  private static final ExecutorSettings.Beacons NO_BEACONS =
      new ExecutorSettings.Beacons(false, false, Duration.ZERO, Duration.ZERO);

  /**
   * @param text for {@code sh}
   * @param variables replace common ones of the same name
   * @param reach of the script and its descendants
   */
  public record Script(
      String text, List<String> arguments, Map<String, String> variables, Reach reach) {}

  /**
   * @param forced why it was ended, or null when it ended by itself
   * @param output beginning of stdout; a script can redirect stderr there
   * @param errors beginning of stderr
   */
  public record Result(Ending forced, int exitCode, CappedBytes output, CappedBytes errors) {

    /** The last lines of stdout that are not blank, joined with {@code \n}. */
    public String tail(int lines) {
      return tail(output, lines);
    }

    /**
     * @param bytes of stdout at most; all kept bytes of stderr follow
     */
    String beginning(int bytes) {
      return output.text(bytes) + errors.text();
    }

    /** The last line of stdout; of stderr when stdout is empty. */
    String lastLine() {
      String said = tail(output, 1);
      return said.isEmpty() ? tail(errors, 1) : said;
    }

    private static String tail(CappedBytes output, int lines) {
      List<String> all = output.text().lines().filter(line -> !line.isBlank()).toList();
      return String.join("\n", all.subList(Math.max(0, all.size() - lines), all.size()));
    }
  }

  /**
   * Runs a script of {@code sh} to its end. Blocking.
   *
   * @param inbox of the execution
   */
  public Result run(
      String executionId, Script script, Path folder, Deadline limit, Notice.Inbox inbox)
      throws NotStarted {
    var words = new ArrayList<>(List.of("sh", "-c", script.text(), "sh"));
    words.addAll(script.arguments());
    var program =
        new Program(
            Path.of("/bin/sh"),
            words,
            environment.ofTools(executionId, script.variables()),
            folder,
            confiner.around(script.reach()));
    return run(executionId, program, limit, inbox);
  }

  /** Runs a program to its end. Blocking. */
  Result run(String executionId, Program program, Deadline limit, Notice.Inbox inbox)
      throws NotStarted {
    var output = new CappedBytes(ExecutorSettings.MAX_OUTPUT_BYTES);
    var errors = new CappedBytes(MOST_ERRORS);
    Spawner.Child child;
    try {
      child = spawner.spawn(program, new ProgramWatcher(inbox, output::append, errors::append));
    } catch (IOException e) {
      throw new NotStarted(e.getMessage(), e);
    }
    var nobody =
        new Supervision.Listeners(
            new PrintedBeacons(inbox, 1, System::nanoTime), _ -> {}, () -> {});
    try (var supervision = new Supervision(executionId, child, inbox, grace, processes, nobody)) {
      Ending forced = supervision.watch(limit, NO_BEACONS, () -> {});
      int exitCode = supervision.finish(forced == null).exitCode();
      if (forced != Ending.STOPPED && supervision.isStopped()) {
        inbox.put(
            new Notice.Stop(false)); // A stop too late for the script, but not for the execution.
      }
      return new Result(forced, exitCode, output, errors);
    }
  }
}
