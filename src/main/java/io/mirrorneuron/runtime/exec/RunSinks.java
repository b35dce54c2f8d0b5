package io.mirrorneuron.runtime.exec;

import io.mirrorneuron.runtime.exec.process.Sampler.SampleSink;
import io.mirrorneuron.runtime.exec.protocol.ProgramLog.LogSink;
import io.mirrorneuron.runtime.exec.workspace.ArtifactSink;
import io.mirrorneuron.runtime.exec.workspace.Workspaces.RunPlaces;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.Executions.PersonWait;
import java.util.Optional;

/**
 * Where samples, log lines and artifacts of programs are written.
 *
 * @param runs folders of runs, to which programs write themselves
 */
public record RunSinks(SampleSink samples, LogSink logs, ArtifactSink artifacts, RunPlaces runs) {
  /** Discards everything. */
  public static final RunSinks NONE =
      new RunSinks(SampleSink.NONE, (runId, records) -> true, ArtifactSink.NONE);

  /** Without folders of runs. */
  public RunSinks(SampleSink samples, LogSink logs, ArtifactSink artifacts) {
    this(samples, logs, artifacts, RunPlaces.NONE);
  }

  /** Port: which programs wait for a person. Thread-safe. */
  @FunctionalInterface
  public interface PersonWaits {
    /**
     * @param alone whether no other program of its run runs
     * @param since start of the program, in milliseconds since the epoch
     * @return empty when the program does not wait for a person
     */
    Optional<PersonWait> awaited(Execution execution, boolean alone, long since);
  }
}
