package io.mirrorneuron.runtime.local;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.RunId;
import io.mirrorneuron.port.Backup;
import io.mirrorneuron.port.RestoredJob;
import io.mirrorneuron.port.Submission.Payloads;
import io.mirrorneuron.runtime.loop.Engine;
import io.mirrorneuron.runtime.loop.Restoration;
import io.mirrorneuron.runtime.manifest.Manifests;
import io.mirrorneuron.runtime.manifest.graph.PayloadPaths;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.store.JobStore.NewJob;
import io.mirrorneuron.store.JobStore.StoredEvent;
import io.mirrorneuron.wire.Json;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Restores jobs from the backups that {@link JobExport} makes. A backup without state was made by
 * the original runtime; its job begins anew.
 */
final class JobImport {
  private static final String REVIEW =
      "restored from a backup of job %s; look whether it may go on here, then resume it";
  private static final String ANEW =
      "restored from a backup of job %s that holds no state this runtime can continue, so it begins"
          + " anew with its manifest; resume it to start";

  private final Engine engine;
  private final JobAccess access;
  private final ManifestCache manifests;
  private final NewJobs newJobs;
  private final Clock clock;

  JobImport(JobAccess access, Clock clock) {
    this.engine = access.engine();
    this.access = access;
    this.manifests = access.manifests();
    this.newJobs = access.newJobs();
    this.clock = clock;
  }

  /** See {@link io.mirrorneuron.port.JobsPort#restore}. */
  RestoredJob restore(Backup backup, String blueprint, String run, String by) {
    BackupDocument document = BackupDocument.read(backup.json());
    String sourceJob = document.jobId();
    String sourceRun = document.runId();
    ObjectNode manifest = manifest(backup);
    String graphId = manifests.parse(Json.write(manifest)).graphId();
    String jobId = newJobs.id(graphId);
    String chosen = run == null || run.isBlank() ? null : run;
    String runId = chosen == null ? RunId.of(jobId) : chosen;
    String blueprintId = first(blueprint, document.blueprintId(), graphId);
    Map<String, String> stored = document.fields();
    Renaming renaming = renaming(sourceJob, jobId, sourceRun, runId, stored);
    String text = Json.write(renamed(manifest, renaming, blueprintId, runId));
    Workflow workflow = manifests.parse(text);
    Payloads payloads = checkedPayloads(backup, document, workflow);
    String bundle = access.put(payloads, workflow);
    ObjectNode provenance = provenance(document, jobId, runId, blueprintId);
    String reason = (stored.isEmpty() ? ANEW : REVIEW).formatted(sourceJob);
    Restoration from =
        new Restoration(
            renaming.inValues(stored),
            document.blobs(),
            document.events().stream().map(event -> stored(event, renaming)).toList(),
            runId,
            bundle,
            provenance,
            sourceJob,
            reason,
            by);
    make(newJobs.of(jobId, text, chosen).withBundle(bundle), workflow, from);
    return new RestoredJob(
        jobId,
        runId,
        blueprintId,
        "paused",
        sourceJob,
        sourceRun,
        provenance,
        new RestoredJob.Recovery(jobId, "paused_for_review", reason));
  }

  private void make(NewJob job, Workflow workflow, Restoration from) {
    access.create(job.bundle(), () -> engine.creation().restore(job, workflow, from));
  }

  private static ObjectNode manifest(Backup backup) {
    byte[] manifest = backup.files().get(Backup.MANIFEST);
    if (manifest == null) {
      throw MnException.invalid("the backup has no manifest.json");
    }
    return Json.parseObject(new String(manifest, StandardCharsets.UTF_8), Backup.MANIFEST);
  }

  /**
   * The payload files. Other files are ignored, but none may have a path that leads out of the
   * backup.
   */
  private Payloads checkedPayloads(Backup backup, BackupDocument document, Workflow workflow) {
    Payloads payloads = payloads(backup, document.executables());
    Manifests.checkUploads(workflow, access.paths(payloads));
    access.require(workflow); // its input was checked when it was submitted
    return payloads;
  }

  private static Payloads payloads(Backup backup, Set<String> executables) {
    Map<String, byte[]> files = new HashMap<>();
    backup
        .files()
        .forEach(
            (path, content) -> {
              String safe = PayloadPaths.requireSafe(path);
              if (safe.startsWith(Backup.PAYLOADS)) {
                files.put(safe.substring(Backup.PAYLOADS.length()), content);
              }
            });
    if (executables == null) {
      return new Payloads.Inline(files);
    }
    Set<String> programs =
        files.keySet().stream()
            .filter(path -> executables.contains(Backup.PAYLOADS + path))
            .collect(Collectors.toSet());
    return new Payloads.Inline(files, programs);
  }

  private static String first(String... texts) {
    for (String text : texts) {
      if (text != null && !text.isBlank()) {
        return text;
      }
    }
    return "";
  }

  private static Renaming renaming(
      String oldJob, String newJob, String oldRun, String newRun, Map<String, String> state) {
    Map<String, String> ids = new HashMap<>();
    if (!state.isEmpty()) {
      ids.putAll(Restoration.derivedIds(oldJob, newJob, state));
    }
    if (!oldJob.isEmpty()) {
      ids.put(oldJob, newJob);
    }
    if (!oldRun.isEmpty()) {
      ids.put(oldRun, newRun);
    }
    return new Renaming(ids);
  }

  /** The manifest names the new run wherever it named one, and where clients look for it. */
  private static ObjectNode renamed(
      ObjectNode manifest, Renaming renaming, String blueprintId, String runId) {
    ObjectNode renamed = renaming.in(manifest);
    ObjectNode metadata = object(renamed, "metadata");
    for (ObjectNode place : List.of(renamed, metadata)) {
      for (String name : List.of("run_id", "blueprint_run_id")) {
        if (place.has(name)) {
          place.put(name, runId);
        }
      }
    }
    object(metadata, "mn_cli").put("blueprint_run_id", runId).put("blueprint_id", blueprintId);
    return renamed;
  }

  private static ObjectNode object(ObjectNode parent, String name) {
    return parent.get(name) instanceof ObjectNode known ? known : parent.putObject(name);
  }

  private ObjectNode provenance(
      BackupDocument document, String jobId, String runId, String blueprint) {
    ObjectNode provenance = Json.object().put("schema_version", document.schema());
    provenance.put("restored_at", Json.timestamp(clock.instant()));
    ObjectNode source = document.source().deepCopy();
    source.put("source_job_id", document.jobId()).put("source_run_id", document.runId());
    provenance.set("source", source);
    ObjectNode target = provenance.putObject("target").put("job_id", jobId);
    target.put("run_id", runId).put("blueprint_id", blueprint);
    return provenance;
  }

  private static StoredEvent stored(ObjectNode event, Renaming renaming) {
    ObjectNode own = renaming.in(event);
    own.remove("job_id"); // stored once for all
    return new StoredEvent(own.path("seq").asLong(), Json.write(own));
  }
}
