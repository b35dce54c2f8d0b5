package io.mirrorneuron.runtime.exec.meter;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** Port: where samples of programs go. Called by one thread at a time for one run; may block. */
public interface SampleSink {
  /** For a runner whose samples nobody wants. */
  SampleSink NONE = (runId, samples) -> {};

  /** A program of the run is about to start: it may write into the run's folder. */
  default void begin(String runId) {}

  /**
   * Adds to what is known of the run. A failure costs these samples and nothing else.
   *
   * @param samples {@code mn.blueprint.resource_sample.v1} ({@code runtime.md} 7.7), oldest first
   */
  void write(String runId, List<ObjectNode> samples);

  /** What the graphics processors of this machine do; known without waiting. */
  default List<Gpu> gpus() {
    return List.of();
  }

  /**
   * @param utilPct 0 to 100; negative when unknown
   */
  record Gpu(int index, double utilPct, long memoryUsedMb) {}
}
