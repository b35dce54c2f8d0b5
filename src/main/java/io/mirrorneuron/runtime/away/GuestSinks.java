package io.mirrorneuron.runtime.away;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.documents.SentSignal;
import io.mirrorneuron.runtime.exec.RunSinks;
import io.mirrorneuron.runtime.exec.log.LogForm.LogRecord;
import io.mirrorneuron.runtime.exec.log.LogSink;
import io.mirrorneuron.runtime.exec.meter.SampleSink;
import io.mirrorneuron.runtime.exec.workspace.ArtifactSink;
import io.mirrorneuron.runtime.exec.workspace.RunPlaces;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.wire.ArtifactRef;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Sends what programs of guests use, print and make to their owners, all else to this node. */
public final class GuestSinks implements SampleSink, LogSink, ArtifactSink, RunPlaces {
  private final RunSinks own;
  private final GuestFolders folders;
  private final Map<String, GuestRun> guests = new ConcurrentHashMap<>();

  /**
   * @param own of this node's runs
   * @param root folder of files that wait for their owners
   */
  public GuestSinks(RunSinks own, Path root) {
    this.own = own;
    this.folders = new GuestFolders(root);
  }

  /** Takes in all that programs make. */
  public RunSinks sinks() {
    return new RunSinks(this, this, this, this);
  }

  /** Where what belongs to this node's runs goes. */
  public RunSinks own() {
    return own;
  }

  GuestFolders folders() {
    return folders;
  }

  void add(GuestRun guest) {
    guests.put(guest.execution().executionId(), guest);
  }

  void remove(GuestRun guest) {
    guests.remove(guest.execution().executionId());
    folders.drop(guest.execution().executionId());
  }

  /** A guest of the run that still runs. All of a run have the same owner. */
  private Optional<GuestRun> guestOf(String runId) {
    return guests.isEmpty()
        ? Optional.empty()
        : guests.values().stream()
            .filter(guest -> guest.execution().runId().equals(runId) && !guest.isFinished())
            .findFirst();
  }

  @Override
  public void begin(String runId) {
    if (guestOf(runId).isEmpty()) {
      own.samples().begin(runId);
    }
  }

  @Override
  public void write(String runId, List<ObjectNode> samples) {
    Optional<GuestRun> guest = guestOf(runId);
    if (guest.isPresent()) {
      guest.get().record(Told.SAMPLES, SentSignal.lines(samples));
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
    Optional<GuestRun> guest = guestOf(runId);
    return guest.isPresent() ? guest.get().log(records) : own.logs().log(runId, records);
  }

  @Override
  public ArtifactRef keep(String runId, String name, InputStream json) throws IOException {
    Optional<GuestRun> guest = guestOf(runId);
    if (guest.isEmpty()) {
      return own.artifacts().keep(runId, name, json);
    }
    GuestFolders.Kept kept = folders.keep(name, json);
    guest.get().file(Told.ARTIFACT, kept.sha256(), new Told.Stored(kept.file(), kept.size(), true));
    return ArtifactRef.of(runId, ArtifactRef.path(kept.sha256()), kept.size(), kept.sha256());
  }

  @Override
  public InputStream open(ArtifactRef artifact) throws IOException {
    return own.artifacts().open(artifact);
  }

  @Override
  public Path folder(Execution execution) {
    return guests.containsKey(execution.executionId())
        ? folders.of(execution.executionId())
        : own.runs().folder(execution);
  }
}
