package io.mirrorneuron.runtime.manifest.graph;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Runs the programs of rules, or says why it does not. */
@FunctionalInterface
public interface RulePrograms {
  /** The code of what is said when a program was not run. */
  String UNAVAILABLE = "validator.unavailable";

  /**
   * Blocks until the program has ended, by itself or not.
   *
   * @param command the program and its arguments; no shell reads them
   * @param variables that it gets beside the usual few
   * @param files texts, by the variable that names the file in which the program finds each
   */
  Ended run(
      List<String> command,
      Map<String, String> variables,
      Map<String, String> files,
      Duration limit);

  /** How it went. */
  sealed interface Ended {
    /**
     * @param why a sentence without an end
     * @param help what can be done about it
     */
    record NotRun(String why, String help) implements Ended {}

    /**
     * @param output of stdout and then of stderr, as far as it is kept
     */
    record TimedOut(String output) implements Ended {}

    /**
     * @param output of stdout and then of stderr, as far as it is kept
     */
    record Exited(int code, String output) implements Ended {}
  }
}
