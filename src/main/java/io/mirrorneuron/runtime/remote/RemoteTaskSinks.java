package io.mirrorneuron.runtime.remote;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.documents.SentSignal;
import io.mirrorneuron.runtime.exec.RunSinks;
import io.mirrorneuron.runtime.exec.process.Sampler.SampleSink;
import io.mirrorneuron.runtime.exec.protocol.LogRecords.LogRecord;
import io.mirrorneuron.runtime.exec.protocol.ProgramLog.LogSink;
import io.mirrorneuron.runtime.exec.workspace.ArtifactSink;
import io.mirrorneuron.runtime.exec.workspace.Workspaces.RunPlaces;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.wire.ArtifactRef;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Sends resource use, output and artifacts of remote tasks to their owners, all others to this
 * node.
 */
public final class RemoteTaskSinks implements SampleSink, LogSink, ArtifactSink, RunPlaces {
  private final RunSinks own;
  private final RemoteTaskFolders folders;
  private final Map<String, RemoteTaskRun> remoteTasks = new ConcurrentHashMap<>();

  /**
   * @param own of this node's runs
   * @param root folder of files that wait for their owners
   */
  public RemoteTaskSinks(RunSinks own, Path root) {
    this.own = own;
    this.folders = new RemoteTaskFolders(root);
  }

  public RunSinks sinks() {
    return new RunSinks(this, this, this, this);
  }

  /** The sinks of this node's own runs. */
  public RunSinks own() {
    return own;
  }

  RemoteTaskFolders folders() {
    return folders;
  }

  void add(RemoteTaskRun remoteTask) {
    remoteTasks.put(remoteTask.execution().executionId(), remoteTask);
  }

  void remove(RemoteTaskRun remoteTask) {
    remoteTasks.remove(remoteTask.execution().executionId());
    folders.drop(remoteTask.execution().executionId());
  }

  /** A running remote task of the run. All those of a run have the same owner. */
  private Optional<RemoteTaskRun> remoteTaskOf(String runId) {
    return remoteTasks.isEmpty()
        ? Optional.empty()
        : remoteTasks.values().stream()
            .filter(
                remoteTask ->
                    remoteTask.execution().runId().equals(runId) && !remoteTask.isFinished())
            .findFirst();
  }

  @Override
  public void begin(String runId) {
    if (remoteTaskOf(runId).isEmpty()) {
      own.samples().begin(runId);
    }
  }

  @Override
  public void write(String runId, List<ObjectNode> samples) {
    Optional<RemoteTaskRun> remoteTask = remoteTaskOf(runId);
    if (remoteTask.isPresent()) {
      remoteTask.get().record(RemoteEvent.SAMPLES, SentSignal.lines(samples));
    } else {
      own.samples().write(runId, samples);
    }
  }

  @Override
  public List<Gpu> gpus() {
    return own.samples().gpus();
  }

  @Override
  public boolean log(String runId, List<LogRecord> records) {
    Optional<RemoteTaskRun> remoteTask = remoteTaskOf(runId);
    return remoteTask.isPresent() ? remoteTask.get().log(records) : own.logs().log(runId, records);
  }

  @Override
  public ArtifactRef keep(String runId, String name, InputStream json) throws IOException {
    Optional<RemoteTaskRun> remoteTask = remoteTaskOf(runId);
    if (remoteTask.isEmpty()) {
      return own.artifacts().keep(runId, name, json);
    }
    RemoteTaskFolders.Kept kept = folders.keep(name, json);
    remoteTask
        .get()
        .file(
            RemoteEvent.ARTIFACT,
            kept.sha256(),
            new RemoteEvent.Stored(kept.file(), kept.size(), true));
    return ArtifactRef.of(runId, ArtifactRef.path(kept.sha256()), kept.size(), kept.sha256());
  }

  @Override
  public InputStream open(ArtifactRef artifact) throws IOException {
    return own.artifacts().open(artifact);
  }

  @Override
  public Path folder(Execution execution) {
    return remoteTasks.containsKey(execution.executionId())
        ? folders.of(execution.executionId())
        : own.runs().folder(execution);
  }
}
