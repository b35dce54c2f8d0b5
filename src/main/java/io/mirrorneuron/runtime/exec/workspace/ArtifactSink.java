package io.mirrorneuron.runtime.exec.workspace;

import io.mirrorneuron.wire.ArtifactRef;
import java.io.IOException;
import java.io.InputStream;

/** Port: keeps large values of programs as files of their runs. Blocking; thread-safe. */
public interface ArtifactSink {
  /** For programs without runs. */
  ArtifactSink NONE =
      new ArtifactSink() {
        @Override
        public ArtifactRef keep(String runId, String name, InputStream json) throws IOException {
          throw new IOException("there is no place for artifacts");
        }

        @Override
        public InputStream open(ArtifactRef artifact) throws IOException {
          throw new IOException("there is no place for artifacts");
        }
      };

  /**
   * Makes a file of the run, which is there as a whole or not at all.
   *
   * @param name of this call alone
   * @param json UTF-8
   */
  ArtifactRef keep(String runId, String name, InputStream json) throws IOException;

  /**
   * What was kept.
   *
   * @throws IOException also when it is gone
   */
  InputStream open(ArtifactRef artifact) throws IOException;
}
