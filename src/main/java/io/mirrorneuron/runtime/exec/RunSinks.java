package io.mirrorneuron.runtime.exec;

import io.mirrorneuron.runtime.exec.log.LogSink;
import io.mirrorneuron.runtime.exec.meter.SampleSink;
import io.mirrorneuron.runtime.exec.workspace.ArtifactSink;
import io.mirrorneuron.runtime.exec.workspace.RunPlaces;

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
}
