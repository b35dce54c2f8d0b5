package io.mirrorneuron.runtime.exec;

import io.mirrorneuron.runtime.exec.process.Preparation;
import io.mirrorneuron.runtime.exec.protocol.StoredText;
import io.mirrorneuron.runtime.exec.workspace.ExecutorSettings;
import io.mirrorneuron.runtime.port.Executions.Ending;
import io.mirrorneuron.runtime.port.Executions.Outcome;
import io.mirrorneuron.runtime.port.Executions.Sandbox;
import io.mirrorneuron.runtime.port.Executions.Structured;
import java.util.Map;

/** What an execution tells whose Python environment could not be made. */
final class FailedPreparation {
  private FailedPreparation() {}

  /** FAILED rather than NOT_STARTED, as it may work the next time; before any lease. */
  static Outcome outcome(Preparation.Failed failed, ExecutorSettings settings) {
    String output = new StoredText(Map.of(), settings.maxOutputBytes()).of(failed.output());
    return new Outcome(
        Ending.FAILED,
        failed.error(),
        failed.exitCode(),
        Sandbox.NONE,
        "",
        output,
        Structured.NONE,
        null);
  }
}
