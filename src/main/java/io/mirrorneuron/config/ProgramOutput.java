package io.mirrorneuron.config;

/**
 * What is kept of what programs print.
 *
 * @param storedBytes of stdout and of stderr that stay with a step's output
 * @param answerBytes of an answer; a program with a larger one fails
 * @param logLinesPerSecond of one program that are logged in the long run
 * @param logBytes of the log of one program
 */
public record ProgramOutput(
    int storedBytes, long answerBytes, int logLinesPerSecond, long logBytes) {

  static ProgramOutput read(Settings settings) {
    return new ProgramOutput(
        (int) settings.number("max_output_bytes", 1, Integer.MAX_VALUE),
        settings.number("max_artifact_bytes", 1, Long.MAX_VALUE),
        (int) settings.number("executor.log_lines_per_second", 1, 1_000_000),
        settings.number("executor.log_max_bytes", 0, Long.MAX_VALUE));
  }
}
