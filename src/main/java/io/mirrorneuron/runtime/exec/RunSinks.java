package io.mirrorneuron.runtime.exec;

import io.mirrorneuron.runtime.exec.process.Sampler.SampleSink;
import io.mirrorneuron.runtime.exec.protocol.ProgramLog.LogSink;
import io.mirrorneuron.runtime.exec.workspace.ArtifactSink;
import io.mirrorneuron.runtime.exec.workspace.Workspaces.RunPlaces;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.Executions.PersonWait;
import java.util.Optional;

/**
 * Where that goes which is known of programs besides their outcomes.
 *
 * @param runs what programs themselves write of their run goes there
 */
public record RunSinks(SampleSink samples, LogSink logs, ArtifactSink artifacts, RunPlaces runs) {
  /** For a runner whose programs nobody watches. */
  public static final RunSinks NONE =
      new RunSinks(SampleSink.NONE, (runId, records) -> true, ArtifactSink.NONE);

  /** Without folders of runs. */
  public RunSinks(SampleSink samples, LogSink logs, ArtifactSink artifacts) {
    this(samples, logs, artifacts, RunPlaces.NONE);
  }

  /** Tells which programs wait for people. Any thread. */
  @FunctionalInterface
  public interface PersonWaits {
    /**
     * What the program waits for; empty when it does not.
     *
     * @param alone whether no other program of its run runs
     * @param since when it began, in milliseconds since the epoch
     */
    Optional<PersonWait> awaited(Execution execution, boolean alone, long since);
  }
}
