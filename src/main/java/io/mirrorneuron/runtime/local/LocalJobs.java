package io.mirrorneuron.runtime.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Backup;
import io.mirrorneuron.port.EventPage;
import io.mirrorneuron.port.ForkRequest;
import io.mirrorneuron.port.ForkedJob;
import io.mirrorneuron.port.HumanDecision;
import io.mirrorneuron.port.JobDetail;
import io.mirrorneuron.port.JobPage;
import io.mirrorneuron.port.JobPlan;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.ReplayedLetter;
import io.mirrorneuron.port.RestoredJob;
import io.mirrorneuron.port.SentMessage;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.SubmittedJob;
import io.mirrorneuron.port.Validation;
import io.mirrorneuron.port.Why;
import io.mirrorneuron.runtime.documents.PlacedJob;
import io.mirrorneuron.runtime.documents.ShownRows;
import io.mirrorneuron.runtime.loop.Engine;
import io.mirrorneuron.runtime.port.JobStatus;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.storage.Storage;
import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.JobStore.NewJob;
import io.mirrorneuron.store.JobStore.StoredEvent;
import io.mirrorneuron.store.JobStore.StoredJob;
import io.mirrorneuron.wire.JobDetailForm;
import io.mirrorneuron.wire.MarkedSecrets;
import io.mirrorneuron.wire.MessageForm;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
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
    // Asked for together: the answers come in this order over the one connection of the job. The
    // row comes first, so that a job that has ended is never shown without its result.
    CompletionStage<String> row = store.row(jobId);
    CompletionStage<Optional<StoredJob>> stored = store.outline(jobId);
    CompletionStage<List<StoredEvent>> recent = store.lastEvents(jobId, RECENT_EVENTS);
    StoredJob job = Answers.job(store, jobId, stored);
    ObjectNode known = ShownRows.sound(Answers.row(store, jobId, row));
    List<String> events = JobHistory.texts(jobId, Answers.await(recent));
    ObjectNode details = engine.views().details(job, known, events);
    return shown(PlacedJob.tell(details, () -> access.places(job)));
  }

  /** Hides secrets, except in the result, which is what the job was run for. */
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

  /** Waits for the outcome; after the time that clients wait, answers the status as it is then. */
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
}
