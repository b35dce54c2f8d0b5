package io.mirrorneuron.runtime.exec;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.mirrorneuron.config.ProgramOutput;
import io.mirrorneuron.run.RunStore;
import io.mirrorneuron.run.RunWriter;
import io.mirrorneuron.run.folder.ResultFiles;
import io.mirrorneuron.run.folder.RunFolder;
import io.mirrorneuron.runtime.exec.process.Sampler.SampleSink;
import io.mirrorneuron.runtime.exec.workspace.ArtifactSink;
import io.mirrorneuron.wire.ArtifactRef;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Large values in the folder of one run. */
final class RunArtifacts implements ArtifactSink {
  private static final JsonMapper ANY_LENGTH =
      new JsonMapper(
          JsonFactory.builder()
              .streamReadConstraints(
                  StreamReadConstraints.builder().maxStringLength(1 << 30).build())
              .build());

  private final RunFolder run;

  RunArtifacts(Path folder) {
    run = new RunStore(folder.resolve("runs"), new RunWriter.Elsewhere()).open("run-1");
  }

  /**
   * A runner that keeps them here.
   *
   * @param most bytes of a value
   */
  LocalExecutions runner(Path folder, long most) {
    return ExecutionSamples.runner(
        folder,
        new ProgramOutput(1 << 20, most, 1000, 8 << 20),
        new RunSinks(SampleSink.NONE, (runId, records) -> true, this));
  }

  @Override
  public ArtifactRef keep(String runId, String name, InputStream json) throws IOException {
    ResultFiles.Kept kept = ResultFiles.keep(run, name, json);
    return ArtifactRef.of(runId, ArtifactRef.path(kept.sha256()), kept.size(), kept.sha256());
  }

  @Override
  public InputStream open(ArtifactRef artifact) throws IOException {
    return ResultFiles.open(run, artifact.sha256());
  }

  /** The value that a reference stands for. */
  JsonNode value(JsonNode reference) throws IOException {
    ArtifactRef artifact = ArtifactRef.in(reference).orElseThrow();
    Path file = file(artifact.path());
    assertThat(Files.size(file)).isEqualTo(artifact.sizeBytes());
    return ANY_LENGTH.readTree(file.toFile());
  }

  Path file(String path) {
    return run.path().resolve(path);
  }
}
