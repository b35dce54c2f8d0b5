package io.mirrorneuron.runtime.exec.protocol;

import io.mirrorneuron.runtime.exec.process.ProcessLimits.ExceededLimit;
import io.mirrorneuron.runtime.exec.process.TimeLimit;
import io.mirrorneuron.runtime.exec.workspace.ExecutorSettings;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.Executions.Completion;
import io.mirrorneuron.runtime.port.Executions.Ending;
import io.mirrorneuron.runtime.port.Executions.Structured;
import io.mirrorneuron.runtime.port.PrintedOutput;
import java.util.List;
import java.util.Optional;

/**
 * What an ended program amounts to.
 *
 * @param error one sentence, or null on success
 */
public record Verdict(Ending ending, String error, Structured structured) {
  private static final int SIGXCPU = 24;

  /**
   * @param program what ran, see {@link Execution#program}
   * @param forced why it was ended, or null when it ended by itself
   * @param reason the same in words
   * @param answer where the stdout protocol is looked for
   */
  public static Verdict of(
      String program, Ending forced, String reason, int exitCode, PrintedAnswer answer) {
    if (forced != null) {
      return new Verdict(forced, reason, StdoutProtocol.parseAfterFailure(answer.text()));
    }
    if (exitCode != 0) {
      return new Verdict(
          Ending.FAILED,
          failure(program, exitCode),
          StdoutProtocol.parseAfterFailure(answer.text()));
    }
    if (answer.refusal() != null) {
      return new Verdict(Ending.FAILED, answer.refusal(), Structured.NONE);
    }
    try {
      return new Verdict(Ending.SUCCEEDED, null, StdoutProtocol.parse(answer.text()));
    } catch (StdoutProtocol.Malformed e) {
      // Going on without the messages it meant to send would lose work in silence.
      return new Verdict(
          Ending.FAILED, e.getMessage(), StdoutProtocol.parseAfterFailure(answer.text()));
    }
  }

  /** Whether the program's output is, or ends with, an answer that could be read. */
  public boolean isAnswered() {
    return structured != Structured.NONE;
  }

  /** The same with this end of the step. */
  Verdict completed(Completion step) {
    return asking(
        new Structured(
            structured.emits(),
            structured.events(),
            structured.nextState(),
            step,
            structured.completeRun(),
            structured.printed()));
  }

  /** The same that asks for this. */
  Verdict asking(Structured asked) {
    return new Verdict(ending, error, asked);
  }

  /** The same, with a word to the author about the output, which is this text. */
  Verdict warning(String message, String output) {
    return asking(PrintedOutput.warned(structured, message, output));
  }

  /** What the log is to tell of the output. */
  public Optional<String> warning() {
    return structured.events().stream()
        .filter(event -> event.type().equals(PrintedOutput.WARNING))
        .map(event -> event.payload().path(PrintedOutput.MESSAGE).asText())
        .findFirst();
  }

  /** A failure instead, as there is no output that can be used. */
  Verdict failed(String why) {
    return new Verdict(
        Ending.FAILED,
        PrintedAnswer.UNUSABLE + why,
        new Structured(List.of(), structured.events(), null, null, null, null));
  }

  private static String failure(String program, int exitCode) {
    if (exitCode == 128 + SIGXCPU) {
      return program + " used up its CPU time (resources.limits.cpu_seconds)";
    }
    return exitCode > 128
        ? program + " was ended by signal " + (exitCode - 128)
        : program + " exited with code " + exitCode;
  }

  /**
   * Why a program was ended, in words.
   *
   * @param program what ran, see {@link Execution#program}
   * @param forced null when it ended by itself; then there is no reason either
   * @param excess what it had too much of, or null
   */
  public static String reason(
      String program,
      Ending forced,
      ExecutorSettings settings,
      TimeLimit limit,
      ExceededLimit excess) {
    return switch (forced) {
      case null -> null;
      case TIMED_OUT -> program + " timed out: " + limit.words();
      case BEACON_MISSED ->
          "agent beacon deadline exceeded: agent_beacon_required is set and the program printed"
              + " none for %d ms (beacon_timeout_ms)"
                  .formatted(settings.beacons().timeout().toMillis());
      case OUT_OF_MEMORY, TOO_MANY_PROCESSES -> excess.words();
      case STOPPED -> program + " was stopped";
      case SUCCEEDED, FAILED, NOT_STARTED ->
          throw new IllegalArgumentException("not a reason to end a program: " + forced);
    };
  }
}
