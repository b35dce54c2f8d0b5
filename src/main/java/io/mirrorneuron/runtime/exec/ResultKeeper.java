package io.mirrorneuron.runtime.exec;

import io.mirrorneuron.runtime.exec.protocol.PrintedAnswer;
import io.mirrorneuron.runtime.exec.workspace.ArtifactSink;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.io.InputStream;

/** Keeps what of the answer of one execution is too large for its job. */
final class ResultKeeper implements PrintedAnswer.Keeper {
  private final Execution execution;
  private final ArtifactSink artifacts;
  private int count;

  ResultKeeper(Execution execution, ArtifactSink artifacts) {
    this.execution = execution;
    this.artifacts = artifacts;
  }

  @Override
  public String keep(InputStream json) throws IOException {
    String name = execution.executionId() + "-" + count++;
    return Json.write(artifacts.keep(execution.runId(), name, json).json());
  }
}
