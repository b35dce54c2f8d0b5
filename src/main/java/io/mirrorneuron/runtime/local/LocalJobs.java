package io.mirrorneuron.runtime.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.bundle.InputValues;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.JobDetail;
import io.mirrorneuron.port.JobDetail.JobBrief;
import io.mirrorneuron.port.JobPage;
import io.mirrorneuron.port.JobPlan;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.JobsPort.Backup;
import io.mirrorneuron.port.JobsPort.EventPage;
import io.mirrorneuron.port.JobsPort.ForkRequest;
import io.mirrorneuron.port.JobsPort.ForkedJob;
import io.mirrorneuron.port.JobsPort.HumanDecision;
import io.mirrorneuron.port.JobsPort.ReplayedLetter;
import io.mirrorneuron.port.JobsPort.RestoredJob;
import io.mirrorneuron.port.JobsPort.SentMessage;
import io.mirrorneuron.port.JobsPort.SubmittedJob;
import io.mirrorneuron.port.PeerJobs;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.Submission.Payloads;
import io.mirrorneuron.port.Validation;
import io.mirrorneuron.port.Why;
import io.mirrorneuron.runtime.documents.JobViews;
import io.mirrorneuron.runtime.documents.JobViews.PlacedJob;
import io.mirrorneuron.runtime.documents.RowFilter;
import io.mirrorneuron.runtime.documents.ShownRows;
import io.mirrorneuron.runtime.loop.Engine;
import io.mirrorneuron.runtime.loop.Fork;
import io.mirrorneuron.runtime.loop.Restoration;
import io.mirrorneuron.runtime.port.JobStatus;
import io.mirrorneuron.runtime.state.StoredFields;
import io.mirrorneuron.runtime.workflow.SameGraph;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.storage.Storage;
import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.JobStore.NewJob;
import io.mirrorneuron.store.JobStore.RowsWanted;
import io.mirrorneuron.store.JobStore.StoredEvent;
import io.mirrorneuron.store.JobStore.StoredJob;
import io.mirrorneuron.store.ListedRow;
import io.mirrorneuron.store.bundle.BundleStore;
import io.mirrorneuron.wire.JobDetailForm;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.MarkedSecrets;
import io.mirrorneuron.wire.MessageForm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;

/** The jobs of the runtime in this process. */
public final class LocalJobs implements JobsPort {
  private static final int RECENT_EVENTS = 10;

  private final Engine engine;
  private final JobStore store;
  private final JobAccess access;
  private final NewJobs newJobs;
  private final JobHistory history;
  private final StoredJobViews views;
  private final Watches watches;
  private final Clearing clearing;
  private final DeadLetters letters;
  private final JobExport exports;
  private final JobImport imports;
  private final JobFork forks;
  private final Storage storage;

  /**
   * @param storage says whether new work can be accepted; changes of existing jobs are always tried
   */
  public LocalJobs(
      JobAccess access, Watches watches, Clearing clearing, Clock clock, Storage storage) {
    this.engine = access.engine();
    this.store = access.store();
    this.access = access;
    this.newJobs = access.newJobs();
    this.history = access.history();
    this.views = new StoredJobViews(engine, store);
    this.watches = watches;
    this.clearing = clearing;
    this.letters = new DeadLetters(engine, history);
    this.exports = new JobExport(access, clock);
    this.imports = new JobImport(access, clock);
    this.forks = new JobFork(access);
    this.storage = storage;
  }

  @Override
  public SubmittedJob submit(Submission submission) {
    access.load().requireRoom();
    Workflow workflow = new BundleValidation(access).accepted(submission);
    storage.requireRoom();
    String bundle = access.put(submission.payloads(), workflow);
    String text = submission.manifestJson();
    String id = newJobs.id(workflow.graphId());
    String key = submission.idempotencyKey();
    NewJob job = newJobs.of(id, text, workflow.runId(), key, text, bundle).withBundle(bundle);
    String by = submission.submittedBy();
    return access.submit(job, workflow, bundle, by, null).withWarnings(workflow.warnings());
  }

  @Override
  public Validation validate(Submission submission) {
    return new BundleValidation(access).of(submission);
  }

  @Override
  public JobPlan plan(Submission submission) {
    return access.plan(submission);
  }

  @Override
  public JobDetail get(String jobId) {
    // Requested together: the answers come in this order over the job's one connection. The row
    // comes
    // first, so that an ended job is never shown without its result.
    CompletionStage<String> row = store.row(jobId);
    CompletionStage<Optional<StoredJob>> stored = store.outline(jobId);
    CompletionStage<List<StoredEvent>> recent = store.lastEvents(jobId, RECENT_EVENTS);
    StoredJob job = Answers.job(store, jobId, stored);
    ObjectNode known = ShownRows.sound(Answers.row(store, jobId, row));
    List<String> events = JobHistory.texts(jobId, Answers.await(recent));
    ObjectNode details = engine.views().details(job, known, events);
    return shown(PlacedJob.tell(details, () -> access.places(job)));
  }

  /** Hides secrets, except in the result, which is the purpose of the job. */
  private static JobDetail shown(ObjectNode detail) {
    ObjectNode shown = MarkedSecrets.hideInDetails(detail);
    if (shown.get("job") instanceof ObjectNode job) {
      job.set("result", detail.get("job").get("result"));
    }
    return JobDetailForm.read(shown);
  }

  @Override
  public JobDetail brief(String jobId) {
    return views.brief(jobId);
  }

  @Override
  public Why why(String jobId) {
    return views.why(jobId);
  }

  @Override
  public JobPage list(JobPage.Query query) {
    return views.list(query);
  }

  @Override
  public String cancel(String jobId, String by, String reason) {
    return status(engine.commands().cancel(jobId, by, reason), jobId).word();
  }

  @Override
  public String pause(String jobId, boolean drain, String by) {
    return status(engine.commands().pause(jobId, drain, by), jobId).word();
  }

  @Override
  public String resume(String jobId, String by) {
    JobStatus status = status(engine.commands().resume(jobId, by), jobId);
    return status.isActive() ? "resumed" : status.word();
  }

  /** Waits for the outcome; after the time that clients wait, answers the present status. */
  private JobStatus status(CompletionStage<JobStatus> stage, String jobId) {
    return Answers.await(stage, () -> JobStatus.of(get(jobId).facts().status()));
  }

  @Override
  public int clear(String token, List<String> jobIds) {
    if (!clearing.token().matches(token)) {
      throw new MnException(
          ErrorCode.FORBIDDEN, "admin_token_required", "ClearJobs requires MN_GRPC_ADMIN_TOKEN");
    }
    if (!clearing.isPossible().getAsBoolean()) {
      throw MnException.unavailable(
          "runs of ended jobs are still being written; nothing was cleared, try again", null);
    }
    if (jobIds.isEmpty()) {
      return clearing.done(Answers.await(store.deleteTerminal()));
    }
    List<String> jobs = jobIds.stream().distinct().toList();
    requireEnded(jobs);
    return clearing.done(jobs.size() - Answers.await(clearing.ended().remove(jobs)).size());
  }

  private void requireEnded(List<String> jobs) {
    if (jobs.size() > MOST_CLEARED) {
      throw MnException.invalid("at most %d jobs are cleared at once".formatted(MOST_CLEARED));
    }
    for (String job : jobs) {
      String status = Answers.await(store.status(job));
      if (status == null) {
        throw MnException.notFound("job", job);
      }
      if (!JobStatus.of(status).isTerminal()) {
        throw MnException.precondition(
            "job %s is %s, and only jobs that have ended are cleared; nothing was cleared"
                .formatted(job, status));
      }
    }
  }

  @Override
  public EventPage events(String jobId, long after, int limit) {
    return JobHistory.shown(history.after(jobId, after, limit));
  }

  @Override
  public EventPage lastEvents(String jobId, int limit) {
    return JobHistory.shown(history.last(jobId, limit));
  }

  @Override
  public Subscription watch(String jobId, Runnable onChange) {
    return watches.add(jobId, onChange);
  }

  @Override
  public SentMessage send(String jobId, String agentId, ObjectNode message) {
    ObjectNode full = MessageForm.full(message);
    storage.requireRoom();
    ObjectNode envelope = full.withObject("/envelope");
    JsonNode given = envelope.path("message_id");
    if (!given.isMissingNode() && (!given.isTextual() || given.asText().isBlank())) {
      throw MnException.invalid("message_id must be a text that is not empty");
    }
    String id = given.asText("msg-" + newJobs.suffixes().get());
    envelope.put("message_id", id);
    Answers.await(engine.commands().deliver(jobId, agentId, full));
    return new SentMessage(true, jobId, agentId, id);
  }

  @Override
  public ReplayedLetter replayDeadLetter(String jobId, int index) {
    storage.requireRoom();
    return letters.replay(jobId, index);
  }

  @Override
  public ObjectNode decide(String jobId, HumanDecision decision) {
    return Answers.await(engine.commands().decide(jobId, decision));
  }

  @Override
  public Backup backup(String jobId) {
    return exports.of(jobId);
  }

  @Override
  public RestoredJob restore(Backup backup, String blueprintId, String runId, String by) {
    storage.requireRoom();
    return imports.restore(backup, blueprintId, runId, by);
  }

  @Override
  public ForkedJob fork(String jobId, ForkRequest request) {
    access.load().requireRoom();
    storage.requireRoom();
    return forks.of(jobId, request);
  }

  /** Short views of jobs. */
  private record StoredJobViews(Engine engine, JobStore store) {
    private static final int DEFAULT_ROWS = 100;
    private static final int MAX_ROWS = 10_000;

    /** Rows per read while searching for matching ones. */
    private static final int BATCH = 1000;

    /** Limit of rows searched for one page. */
    private static final int MOST_LOOKED = 20_000;

    JobDetail brief(String jobId) {
      CompletionStage<String> row = store.row(jobId);
      CompletionStage<Optional<StoredJob>> stored = store.outline(jobId);
      StoredJob job = Answers.job(store, jobId, stored);
      return JobDetailForm.read(
          engine.views().brief(job, ShownRows.sound(Answers.row(store, jobId, row))));
    }

    Why why(String jobId) {
      CompletionStage<String> row = store.row(jobId);
      CompletionStage<Optional<StoredJob>> stored = store.outline(jobId);
      try {
        StoredJob job = Answers.job(store, jobId, stored);
        return engine.views().why(job, ShownRows.sound(Answers.row(store, jobId, row)));
      } catch (MnException e) {
        String status = e.isJobDamaged() ? Answers.await(store.status(jobId)) : null;
        if (status == null) {
          throw e;
        }
        return JobViews.why(jobId, status, e);
      }
    }

    JobPage list(JobPage.Query query) {
      int limit = query.limit() <= 0 ? DEFAULT_ROWS : Math.min(query.limit(), MAX_ROWS);
      RowFilter filter = new RowFilter(query);
      int batch = filter.isNone() ? limit + (query.isPaged() ? 1 : 0) : BATCH;
      RowsWanted wanted = filter.wanted(batch);
      List<JobPage.Row> found = new ArrayList<>();
      int looked = 0;
      while (wanted.open() || !wanted.ended().isEmpty()) {
        List<ListedRow> rows = Answers.await(store.rows(wanted));
        for (ListedRow row : rows) {
          if (found.size() == limit || looked++ == MOST_LOOKED) {
            return query.isPaged()
                ? new JobPage(found, null, wanted.after().cursor())
                : new JobPage(found, found.size() < limit ? true : null, null);
          }
          ShownRows.of(row, job -> Answers.await(store.status(job)))
              .filter(shown -> filter.isNone() || filter.accepts(shown))
              .ifPresent(found::add);
          wanted = wanted.behind(row.place());
        }
        if (rows.size() < batch || found.size() == limit && !query.isPaged()) {
          break;
        }
      }
      return JobPage.of(found);
    }
  }

  /** Forks of jobs, with their own bundle or one of the same graph. */
  private static final class JobFork {
    private final Engine engine;
    private final JobStore store;
    private final JobAccess access;
    private final ManifestCache manifests;
    private final NewJobs newJobs;
    private final JobHistory history;

    JobFork(JobAccess access) {
      this.engine = access.engine();
      this.store = access.store();
      this.access = access;
      this.manifests = access.manifests();
      this.newJobs = access.newJobs();
      this.history = access.history();
    }

    ForkedJob of(String jobId, ForkRequest request) {
      StoredJob stored = Answers.job(store, jobId, store.load(jobId));
      if (!StoredFields.header(stored).status().isTerminal()) {
        // First: the other node may meet the demands of the job, and this one not.
        Answers.await(engine.commands().checkEventsCanBeAdded(jobId));
      }
      Workflow before = manifests.parse(stored.manifest());
      Fork fork = fork(stored, before, request);
      boolean revised = request.bundle() != null;
      Submission other = revised ? InputValues.carried(stored.manifest(), request.bundle()) : null;
      Workflow workflow = revised ? revised(jobId, before, other) : before;
      String manifest = revised ? other.manifestJson() : stored.manifest();
      String bundle = revised ? access.put(other.payloads(), workflow) : kept(stored, workflow);
      String inputs = Json.write(Json.MAPPER.valueToTree(new TreeMap<>(request.inputs())));
      String wish = "fork " + jobId + " " + Json.write(fork.from().at());
      NewJob job =
          newJobs
              .of(
                  newJobs.id(workflow.graphId()),
                  manifest,
                  null,
                  request.idempotencyKey(),
                  revised ? wish + " " + bundle + manifest : wish,
                  inputs)
              .withBundle(bundle);
      access.claims().lend(jobId, job.jobId(), workflow);
      SubmittedJob made =
          access.claimed(
              job,
              workflow,
              bundle,
              () -> engine.creation().fork(job, workflow, fork, request.submittedBy()));
      return new ForkedJob(made.jobId(), made.jobId(), made.status(), fork.from());
    }

    private String kept(StoredJob stored, Workflow workflow) {
      String bundle = Restoration.Source.of(stored).bundle();
      access.keep(stored.jobId(), bundle, workflow);
      return bundle;
    }

    private Workflow revised(String jobId, Workflow before, Submission bundle) {
      Workflow revised = new BundleValidation(access).accepted(bundle);
      List<String> differences = SameGraph.differences(before, revised);
      if (!differences.isEmpty()) {
        throw MnException.invalid(
            "the bundle cannot go on for job %s: %s; submit it as a job of its own"
                .formatted(jobId, String.join("; ", differences)));
      }
      return revised;
    }

    private Fork fork(StoredJob stored, Workflow workflow, ForkRequest request) {
      if (request.event() < 0) {
        throw MnException.invalid("at must be a step or a sequence number that is not negative");
      }
      List<StoredEvent> events = history.upTo(stored.jobId(), request.event());
      try {
        return request.step() == null
            ? Fork.atEvent(stored, workflow, request.event(), events, request.inputs())
            : Fork.atStep(stored, workflow, request.step(), request.inputs());
      } catch (IllegalStateException e) {
        throw MnException.precondition(
            "job " + stored.jobId() + " cannot be forked: " + e.getMessage());
      }
    }
  }

  /**
   * Makes backups of paused jobs. {@code fields} and {@code blobs} of {@code runtime.job.state}
   * hold the exact state as texts, where archives of the published command line keep it.
   */
  private static final class JobExport {
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

    /** The node that has the job may reach files that this one does not. */
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
}
