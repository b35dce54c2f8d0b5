package io.mirrorneuron.runtime;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.run.RunStore;
import io.mirrorneuron.run.folder.ResultFiles;
import io.mirrorneuron.run.folder.RunFolder;
import io.mirrorneuron.run.folder.RunLog;
import io.mirrorneuron.runtime.cluster.Hardware;
import io.mirrorneuron.runtime.exec.RunSinks;
import io.mirrorneuron.runtime.exec.process.Sampler.SampleSink;
import io.mirrorneuron.runtime.exec.protocol.LogRecords.LogRecord;
import io.mirrorneuron.runtime.exec.protocol.ProgramLog.LogSink;
import io.mirrorneuron.runtime.exec.workspace.ArtifactSink;
import io.mirrorneuron.runtime.exec.workspace.Workspaces.RunPlaces;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.storage.Storage;
import io.mirrorneuron.wire.ArtifactRef;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes resource use and output of programs to the records of their run. */
record ProgramRecords(RunStore store, Supplier<List<Hardware.Gpu>> devices, Storage storage)
    implements SampleSink, LogSink, ArtifactSink, RunPlaces {
  private static final Logger LOG = LoggerFactory.getLogger(ProgramRecords.class);

  /**
   * Creates the folder of the run before its program starts. A failure is logged and does not stop
   * the job.
   */
  @Override
  public void begin(String runId) {
    try {
      store.open(runId);
    } catch (MnException e) {
      LOG.debug("a program of run {} begins without a folder", runId, e); // the recorder reports it
    }
  }

  @Override
  public Path folder(Execution execution) {
    try {
      return store.open(execution.runId()).path();
    } catch (MnException e) {
      LOG.debug(
          "a program of run {} begins without a folder",
          execution.runId(),
          e); // the recorder reports it
      return null;
    }
  }

  @Override
  public void write(String runId, List<ObjectNode> samples) {
    try {
      store.open(runId).append(RunLog.RESOURCES, samples);
    } catch (MnException e) {
      if (!Storage.isFull(storage.explained(e))) {
        throw e;
      }
      LOG.debug("{} samples of run {} are lost: the disk is full", samples.size(), runId);
    }
  }

  @Override
  public boolean log(String runId, List<LogRecord> records) {
    try {
      store.open(runId).append(RunLog.LOGS, records.stream().map(LogRecord::json).toList());
      return true;
    } catch (MnException e) {
      if (!Storage.isFull(storage.explained(e))) {
        throw e;
      }
      return false;
    }
  }

  @Override
  public ArtifactRef keep(String runId, String name, InputStream json) throws IOException {
    try {
      ResultFiles.Kept kept = ResultFiles.keep(store.open(runId), name, json);
      String path = ArtifactRef.path(kept.sha256());
      return ArtifactRef.of(runId, path, kept.size(), kept.sha256());
    } catch (IOException e) {
      storage.explained(e);
      throw e;
    }
  }

  @Override
  public InputStream open(ArtifactRef artifact) throws IOException {
    Optional<RunFolder> run = store.lookUp(artifact.runId());
    if (run.isEmpty()) {
      throw new NoSuchFileException("this server has no such run");
    }
    return ResultFiles.open(run.get(), artifact.sha256());
  }

  @Override
  public List<Gpu> gpus() {
    return devices.get().stream()
        .map(gpu -> new Gpu(gpu.index(), gpu.utilization() * 100, gpu.usedMegabytes()))
        .toList();
  }

  RunSinks sinks() {
    return new RunSinks(this, this, this, this);
  }
}
