package io.mirrorneuron.runtime.exec;

import io.mirrorneuron.runtime.exec.artifact.ArtifactSink;
import io.mirrorneuron.runtime.exec.log.LogSink;
import io.mirrorneuron.runtime.exec.meter.SampleSink;

/** Where that goes which is known of programs besides their outcomes. */
public record RunSinks(SampleSink samples, LogSink logs, ArtifactSink artifacts) {
  /** For a runner whose programs nobody watches. */
  public static final RunSinks NONE =
      new RunSinks(SampleSink.NONE, (runId, records) -> true, ArtifactSink.NONE);
}
