package io.mirrorneuron.runtime.exec.process;

/** Result of a request for a Python environment. */
public sealed interface Preparation {
  Preparation NOT_NEEDED = new Ready(null);

  /**
   * @param environment null when none was requested
   */
  record Ready(PythonEnvironment environment) implements Preparation {}

  /** The execution that built it was stopped. */
  record Stopped() implements Preparation {}

  /**
   * @param error one sentence and the last lines of {@code output}
   * @param exitCode of the failed program, or -1
   */
  record Failed(String error, int exitCode, CappedBytes output) implements Preparation {}
}
