package io.mirrorneuron.runtime.local;

import static java.util.regex.Matcher.quoteReplacement;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.RunId;
import io.mirrorneuron.port.JobDetail.JobBrief;
import io.mirrorneuron.port.JobsPort.Backup;
import io.mirrorneuron.port.JobsPort.RestoredJob;
import io.mirrorneuron.port.Submission.Payloads;
import io.mirrorneuron.runtime.documents.UnverifiedNames;
import io.mirrorneuron.runtime.loop.Engine;
import io.mirrorneuron.runtime.loop.Restoration;
import io.mirrorneuron.runtime.manifest.Manifests;
import io.mirrorneuron.runtime.manifest.graph.PayloadPaths;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.store.JobStore.NewJob;
import io.mirrorneuron.store.JobStore.StoredEvent;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LenientJson;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Restores jobs from the backups made by {@link LocalJobs.JobExport}. A backup without state comes
 * from the original runtime; its job begins anew.
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

  /** The payload files. Other files are ignored, but no path may lead out of the backup. */
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

  /** Replaces the run id wherever the manifest names it, and where clients look for it. */
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
    own.remove("job_id"); // the job id is stored once, not in each event
    return new StoredEvent(own.path("seq").asLong(), Json.write(own));
  }

  /**
   * Replaces ids of a job by those of its copy, in members known to hold such ids. Other texts
   * stay. Pure; arguments are not changed.
   *
   * @param ids new job and run ids by the old ones
   */
  record Renaming(Map<String, String> ids) {
    /** Members whose whole value is an id. */
    private static final Set<String> WHOLE =
        Set.of("job_id", "parent_job_id", "run_id", "blueprint_run_id", "mn.workflow.run_id");

    /** Members whose value contains an id, such as {@code lease-<job>.4.1.2}. */
    private static final Set<String> MADE =
        Set.of(
            "execution_id",
            "lease_id",
            "idempotency_key",
            "attempt_id",
            "mn.workflow.idempotency_key",
            "mn.workflow.attempt_id");

    /** The same for JSON text; a text that is not an object or list stays as it is. */
    String in(String text) {
      try {
        JsonNode json = Json.parse(text);
        return json.isContainerNode() ? Json.write(in(json)) : text;
      } catch (JsonProcessingException e) {
        return text;
      }
    }

    /** The same for each value of a map. */
    Map<String, String> inValues(Map<String, String> texts) {
      Map<String, String> renamed = new HashMap<>(texts);
      renamed.replaceAll((name, text) -> in(text));
      return renamed;
    }

    JsonNode in(JsonNode json) {
      return switch (json) {
        case ObjectNode object -> in(object);
        case ArrayNode list -> {
          ArrayNode renamed = Json.MAPPER.createArrayNode();
          list.forEach(element -> renamed.add(in(element)));
          yield renamed;
        }
        default -> json;
      };
    }

    ObjectNode in(ObjectNode object) {
      ObjectNode renamed = Json.object();
      for (var member : object.properties()) {
        renamed.set(
            member.getKey(),
            member.getValue() instanceof TextNode text
                ? TextNode.valueOf(in(member.getKey(), text.asText()))
                : in(member.getValue()));
      }
      return renamed;
    }

    private String in(String name, String value) {
      if (WHOLE.contains(name)) {
        return ids.getOrDefault(value, value);
      }
      if (MADE.contains(name)) {
        String made = value;
        for (var id : ids.entrySet()) {
          made = whole(id.getKey()).matcher(made).replaceAll(quoteReplacement(id.getValue()));
        }
        return made;
      }
      return value;
    }

    /** The id on its own, not as a part of a longer one. */
    private static Pattern whole(String id) {
      return Pattern.compile("(?<![A-Za-z0-9_.])" + Pattern.quote(id) + "(?![A-Za-z0-9_-])");
    }
  }

  /**
   * The document of a backup; missing parts are empty. No name in it is proven; see {@link
   * UnverifiedNames}.
   *
   * @param schema label of the document
   * @param source origin of the backup, as written by its maker
   * @param fields the job's stored state; empty in backups of the original runtime
   * @param blobs large values of the state. Their names reveal changes.
   * @param events the job's last ones; empty without a state
   * @param executables paths of executable files; null when the maker did not know them
   */
  private record BackupDocument(
      String schema,
      ObjectNode source,
      String jobId,
      String runId,
      String blueprintId,
      Map<String, String> fields,
      Map<String, String> blobs,
      List<ObjectNode> events,
      Set<String> executables) {

    private static final Set<String> SCHEMAS = Set.of(Backup.SCHEMA, Backup.SCHEMA_2);

    /** State fields that a backup may set; others, such as the owner, it may not. */
    private static final Pattern FIELD = Pattern.compile("[a-z](:.*)?", Pattern.DOTALL);

    /**
     * @throws MnException INVALID for a text that is not a backup
     */
    static BackupDocument read(String text) {
      ObjectNode json = object(text);
      JsonNode schema = json.path("schema_version");
      if (!SCHEMAS.contains(schema.asText())) {
        throw MnException.invalid(
            "unsupported backup schema " + schema + "; it must be mn.backup.v1 or mn.backup.v2");
      }
      JsonNode runtime = json.path("runtime");
      JsonNode job = runtime.path("job");
      if (!job.isObject()) {
        throw MnException.invalid("backup_json must have an object at runtime.job");
      }
      JsonNode source = json.path("source");
      String jobId = LenientJson.read(source, JobBrief.class).jobId();
      JsonNode state = job.path("state");
      Map<String, String> fields = fields(state.path("fields"));
      UnverifiedNames names = new UnverifiedNames(blobs(state.path("blobs")));
      return new BackupDocument(
          schema.asText(),
          source instanceof ObjectNode known ? known : Json.object(),
          jobId == null ? job.path("job_id").asText() : jobId,
          job.path("run_id").asText(source.path("run_id").asText("")),
          source.path("blueprint_id").asText(""),
          names.fields(fields),
          names.blobs(),
          fields.isEmpty() ? List.of() : events(runtime.path("events")),
          executables(json.at("/bundle/executables")));
    }

    private static Set<String> executables(JsonNode paths) {
      return paths.isArray()
          ? Json.elements(paths).map(JsonNode::asText).collect(Collectors.toUnmodifiableSet())
          : null;
    }

    private static ObjectNode object(String text) {
      try {
        if (Json.parse(text) instanceof ObjectNode object) {
          return object;
        }
      } catch (JsonProcessingException e) {
        throw MnException.invalid("backup_json must be valid JSON: " + e.getOriginalMessage());
      }
      throw MnException.invalid("backup_json must be a JSON object");
    }

    private static Map<String, String> fields(JsonNode stored) {
      Map<String, String> fields = new HashMap<>();
      for (var field : stored.properties()) {
        if (!FIELD.matcher(field.getKey()).matches() || !field.getValue().isTextual()) {
          throw MnException.invalid("the backup's state has a strange field: " + field.getKey());
        }
        fields.put(field.getKey(), field.getValue().asText());
      }
      return fields;
    }

    private static Map<String, String> blobs(JsonNode stored) {
      Map<String, String> blobs = new HashMap<>();
      stored.properties().forEach(blob -> blobs.put(blob.getKey(), blob.getValue().asText()));
      return blobs;
    }

    private static List<ObjectNode> events(JsonNode stored) {
      List<ObjectNode> events = new ArrayList<>();
      for (JsonNode event : stored) {
        if (!(event instanceof ObjectNode object)) {
          throw MnException.invalid("the backup's events must be objects");
        }
        UnverifiedNames.clear(object);
        events.add(object);
      }
      return events;
    }
  }
}
