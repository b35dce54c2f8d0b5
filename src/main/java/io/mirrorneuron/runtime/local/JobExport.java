package io.mirrorneuron.runtime.local;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Backup;
import io.mirrorneuron.port.JobBrief;
import io.mirrorneuron.port.JobDetail;
import io.mirrorneuron.port.PeerJobs;
import io.mirrorneuron.port.Submission.Payloads;
import io.mirrorneuron.runtime.documents.ShownRows;
import io.mirrorneuron.runtime.loop.Engine;
import io.mirrorneuron.runtime.loop.Restoration;
import io.mirrorneuron.runtime.port.JobStatus;
import io.mirrorneuron.runtime.state.StoredFields;
import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.JobStore.StoredEvent;
import io.mirrorneuron.store.JobStore.StoredJob;
import io.mirrorneuron.store.bundle.BundleStore;
import io.mirrorneuron.wire.JobDetailForm;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Makes backups of paused jobs. The exact state lies in {@code fields} and {@code blobs} of {@code
 * runtime.job.state} as texts, where archives of the published command line keep it.
 */
final class JobExport {
  private final JobAccess access;
  private final Engine engine;
  private final JobStore store;
  private final BundleStore bundles;
  private final JobHistory history;
  private final Clock clock;

  JobExport(JobAccess access, Clock clock) {
    this.access = access;
    this.engine = access.engine();
    this.store = access.store();
    this.bundles = access.bundles();
    this.history = access.history();
    this.clock = clock;
  }

  /** See {@link io.mirrorneuron.port.JobsPort#backup}. */
  Backup of(String jobId) {
    StoredJob stored = Answers.job(store, jobId, store.load(jobId));
    Restoration.Source source = Restoration.Source.of(stored);
    if (source.status() != JobStatus.PAUSED) {
      throw MnException.precondition(
          "job " + jobId + " must be paused before a backup; it is " + source.status().word());
    }
    if (source.bundle() != null) {
      requireFiles(stored, source.bundle());
    }
    ObjectNode row = ShownRows.sound(Answers.row(store, jobId, store.row(jobId)));
    JobDetail details = JobDetailForm.read(engine.views().details(stored, row, List.of()));
    Map<String, byte[]> files = files(stored.manifest(), source.bundle());
    ObjectNode json = Json.object().put("schema_version", Backup.SCHEMA);
    json.put("created_at", Json.timestamp(clock.instant()));
    json.set("source", source(details.job(), source, stored.manifest()));
    json.set("target_policy", targetPolicy());
    json.set("sections", sections());
    ObjectNode runtime = json.putObject("runtime");
    ObjectNode job = runtime.putObject("job");
    details.json().path("job").properties().forEach(one -> job.set(one.getKey(), one.getValue()));
    ObjectNode state = job.putObject("state");
    Map<String, String> fields = new HashMap<>(stored.fields());
    fields.remove(StoredFields.PLAN); // of this node
    state.set("fields", Json.MAPPER.valueToTree(fields));
    state.set("blobs", Json.MAPPER.valueToTree(stored.blobs()));
    runtime.set("agents", details.parts().agents());
    runtime.set("events", events(jobId, source.lastEventSeq()));
    ObjectNode bundle = json.putObject("bundle").put("file_count", files.size());
    ArrayNode paths = bundle.putArray("files");
    new TreeMap<>(files).keySet().forEach(paths::add);
    ArrayNode programs = bundle.putArray("executables");
    executables(source.bundle()).forEach(programs::add);
    return new Backup(Json.write(json), files);
  }

  /** What this node does not reach, the one that has the job may. */
  private void requireFiles(StoredJob stored, String bundle) {
    try {
      access.requireFiles(stored.jobId(), bundle);
    } catch (MnException e) {
      boolean isHere = access.newJobs().owner().equals(stored.owner());
      throw isHere ? e : PeerJobs.notOwner(stored.jobId());
    }
  }

  private static ObjectNode source(JobBrief job, Restoration.Source source, String manifest) {
    ObjectNode json = Json.object().put("job_id", job.jobId());
    json.put("run_id", source.runId());
    String blueprint = blueprintId(Json.parseObject(manifest, Backup.MANIFEST));
    if (!blueprint.isEmpty()) {
      json.put("blueprint_id", blueprint);
    }
    json.put("graph_id", job.graphId()).put("submitted_at", job.submittedAt());
    return json.put("status", source.status().word());
  }

  private static String blueprintId(ObjectNode manifest) {
    String known = manifest.at("/metadata/mn_cli/blueprint_id").asText("");
    return known.isEmpty() ? manifest.at("/metadata/blueprint_id").asText("") : known;
  }

  private static ObjectNode targetPolicy() {
    ObjectNode policy = Json.object().put("restore_mode", "clone");
    policy.put("status_after_restore", "paused");
    return policy.put("job_id", "generate_new").put("run_id", "generate_new");
  }

  private static ObjectNode sections() {
    ObjectNode sections = Json.object();
    for (String section :
        List.of(
            "runtime/job.json",
            "runtime/agents.json",
            "runtime/events.jsonl",
            "bundle/manifest.json",
            "bundle/payloads")) {
      sections.put(section, true);
    }
    return sections.put("run_store", "optional").put("knowledge", "optional");
  }

  private Map<String, byte[]> files(String manifest, String bundle) {
    Map<String, byte[]> files = new HashMap<>();
    files.put(Backup.MANIFEST, manifest.getBytes(StandardCharsets.UTF_8));
    if (bundle != null) {
      Path root = bundles.payloads(bundle);
      for (String path : bundles.paths(new Payloads.Folder(root))) {
        files.put(Backup.PAYLOADS + path, read(root.resolve(path)));
      }
    }
    return files;
  }

  private List<String> executables(String bundle) {
    if (bundle == null) {
      return List.of();
    }
    Path root = bundles.payloads(bundle);
    return bundles.paths(new Payloads.Folder(root)).stream()
        .filter(path -> Files.isExecutable(root.resolve(path)))
        .map(path -> Backup.PAYLOADS + path)
        .sorted()
        .toList();
  }

  private static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException("a payload file cannot be read", e);
    }
  }

  private ArrayNode events(String jobId, long last) {
    ArrayNode events = Json.MAPPER.createArrayNode();
    for (StoredEvent event : history.upTo(jobId, last)) {
      events.add(Json.parseObject(event.json(), "event").put("job_id", jobId));
    }
    return events;
  }
}
