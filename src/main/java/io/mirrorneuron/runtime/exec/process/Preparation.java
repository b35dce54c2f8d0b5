package io.mirrorneuron.runtime.exec.process;

/** What came of the wish for a Python environment. */
public sealed interface Preparation {
  Preparation NOT_NEEDED = new Ready(null);

  /**
   * @param environment null when none was asked for
   */
  record Ready(PythonEnvironment environment) implements Preparation {}

  /** The execution that worked on it was stopped. */
  record Stopped() implements Preparation {}

  /**
   * @param error one sentence and the last lines of {@code output}
   * @param exitCode of the program that failed, or -1
   * @param output all that it printed, as far as it is kept
   */
  record Failed(String error, int exitCode, CappedBytes output) implements Preparation {}
}
