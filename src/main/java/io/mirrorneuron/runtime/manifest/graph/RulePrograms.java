package io.mirrorneuron.runtime.manifest.graph;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Runs the programs of rules, or says why it does not. */
@FunctionalInterface
public interface RulePrograms {
  /** Error code of an issue about a program that was not run. */
  String UNAVAILABLE = "validator.unavailable";

  /**
   * Runs a program. Blocks until it has ended or was stopped.
   *
   * @param command the program and its arguments; no shell reads them
   * @param variables in addition to the default ones
   * @param files texts, by the variable that names the file in which the program finds each
   */
  Ended run(
      List<String> command,
      Map<String, String> variables,
      Map<String, String> files,
      Duration limit);

  sealed interface Ended {
    /**
     * @param why a sentence without an end
     * @param help advice
     */
    record NotRun(String why, String help) implements Ended {}

    /**
     * @param output of stdout and then of stderr, cut to a limit
     */
    record TimedOut(String output) implements Ended {}

    /**
     * @param output of stdout and then of stderr, cut to a limit
     */
    record Exited(int code, String output) implements Ended {}
  }
}
