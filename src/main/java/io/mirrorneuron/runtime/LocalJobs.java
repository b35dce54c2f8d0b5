package io.mirrorneuron.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.client.JobsClient;
import io.mirrorneuron.config.Secret;
import io.mirrorneuron.model.Backup;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.EventPage;
import io.mirrorneuron.model.ForkRequest;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.Submission;
import io.mirrorneuron.model.Submission.Payloads;
import io.mirrorneuron.model.SubmittedJob;
import io.mirrorneuron.runtime.engine.Engine;
import io.mirrorneuron.runtime.engine.JobStatus;
import io.mirrorneuron.runtime.manifest.JobIds;
import io.mirrorneuron.runtime.manifest.Manifests;
import io.mirrorneuron.runtime.manifest.PayloadPaths;
import io.mirrorneuron.runtime.manifest.Workflow;
import io.mirrorneuron.store.BundleStore;
import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.JobStore.NewJob;
import io.mirrorneuron.store.JobStore.StoredEvent;
import io.mirrorneuron.store.JobStore.StoredJob;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.MessageForm;
import io.mirrorneuron.wire.Redaction;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** The jobs of the runtime in this process. */
final class LocalJobs implements JobsClient {
  private static final int DEFAULT_ROWS = 100;
  private static final int MAX_ROWS = 10_000;
  private static final int RECENT_EVENTS = 10;

  /** Below the deadline of ten seconds that clients set by default. */
  private static final long PATIENCE_SECONDS = 9;

  private final Engine engine;
  private final JobStore store;
  private final BundleStore bundles;
  private final ManifestCache manifests;
  private final Watches watches;
  private final BooleanSupplier beforeClear;
  private final Secret adminToken;
  private final String owner;
  private final DeadLetters letters;
  private final JobExport exports;
  private final JobImport imports;
  private final JobFork forks;
  private final Supplier<String> jobIdSuffixes;

  /**
   * @param beforeClear answers whether nobody needs what is known of ended jobs any more, if it has
   *     to after a while
   * @param jobIdSuffixes gives {@code <milliseconds>-<12 hex digits>}, never the same twice
   */
  LocalJobs(
      Engine engine,
      JobStore store,
      BundleStore bundles,
      ManifestCache manifests,
      Watches watches,
      BooleanSupplier beforeClear,
      Secret adminToken,
      String owner,
      JobExport exports,
      JobImport imports,
      JobFork forks,
      Supplier<String> jobIdSuffixes) {
    this.engine = engine;
    this.store = store;
    this.bundles = bundles;
    this.manifests = manifests;
    this.watches = watches;
    this.beforeClear = beforeClear;
    this.adminToken = adminToken;
    this.owner = owner;
    this.letters = new DeadLetters(engine, this::wholeEvents);
    this.exports = exports;
    this.imports = imports;
    this.forks = forks;
    this.jobIdSuffixes = jobIdSuffixes;
  }

  @Override
  public SubmittedJob submit(Submission submission) {
    Workflow workflow = manifests.parse(submission.manifestJson());
    if (submission.payloads() instanceof Payloads.Inline inline) {
      inline.files().keySet().forEach(PayloadPaths::requireSafe);
    }
    Manifests.checkUploads(workflow, bundles.paths(submission.payloads()));
    String bundle = bundles.put(submission.payloads());
    String jobId = JobIds.slug(workflow.graphId()) + "-" + jobIdSuffixes.get();
    NewJob job =
        new NewJob(
            jobId,
            owner,
            submission.manifestJson(),
            submission.idempotencyKey(),
            submission.idempotencyKey() == null ? null : hash(submission.manifestJson(), bundle));
    return await(engine.submit(job, workflow, bundle));
  }

  @Override
  public ObjectNode get(String jobId) {
    // Asked for together: the answers come in this order over the one connection of the job. The
    // row comes first, so that a job that has ended is never shown without its result.
    CompletionStage<String> row = store.row(jobId);
    CompletionStage<Optional<StoredJob>> stored = store.outline(jobId);
    CompletionStage<List<StoredEvent>> recent = store.lastEvents(jobId, RECENT_EVENTS);
    StoredJob job = await(stored).orElseThrow(() -> MnException.notFound("job", jobId));
    return Redaction.of(engine.details(job, row(jobId, await(row)), texts(jobId, await(recent))));
  }

  @Override
  public ObjectNode brief(String jobId) {
    CompletionStage<String> row = store.row(jobId);
    CompletionStage<Optional<StoredJob>> stored = store.outline(jobId);
    StoredJob job = await(stored).orElseThrow(() -> MnException.notFound("job", jobId));
    return engine.brief(job, row(jobId, await(row)));
  }

  @Override
  public ObjectNode why(String jobId) {
    CompletionStage<String> row = store.row(jobId);
    CompletionStage<Optional<StoredJob>> stored = store.outline(jobId);
    StoredJob job = await(stored).orElseThrow(() -> MnException.notFound("job", jobId));
    return engine.why(job, row(jobId, await(row)));
  }

  @Override
  public ObjectNode list(int limit, boolean includeTerminal) {
    int rows = limit <= 0 ? DEFAULT_ROWS : Math.min(limit, MAX_ROWS);
    ObjectNode answer = Json.object();
    ArrayNode data = answer.putArray("data");
    await(store.rows(rows, includeTerminal)).forEach(row -> data.add(parse(row)));
    return answer;
  }

  @Override
  public String cancel(String jobId) {
    return status(engine.cancel(jobId), jobId).word();
  }

  @Override
  public String pause(String jobId, boolean drain) {
    return status(engine.pause(jobId, drain), jobId).word();
  }

  @Override
  public String resume(String jobId) {
    JobStatus status = status(engine.resume(jobId), jobId);
    return status == JobStatus.RUNNING ? "resumed" : status.word();
  }

  /** Waits for the end of what was begun; past the patience of clients, tells how far it is. */
  private JobStatus status(CompletionStage<JobStatus> stage, String jobId) {
    try {
      return await(stage);
    } catch (MnException e) {
      if (e.code() != ErrorCode.TIMEOUT) {
        throw e;
      }
      return JobStatus.valueOf(
          get(jobId).path("job").path("status").asText().toUpperCase(java.util.Locale.ROOT));
    }
  }

  @Override
  public int clear(String token) {
    if (!adminToken.matches(token)) {
      throw new MnException(
          ErrorCode.FORBIDDEN, "admin_token_required", "ClearJobs requires MN_GRPC_ADMIN_TOKEN");
    }
    if (!beforeClear.getAsBoolean()) {
      throw MnException.unavailable(
          "runs of ended jobs are still being written; nothing was cleared, try again", null);
    }
    return await(store.deleteTerminal());
  }

  @Override
  public EventPage events(String jobId, long after, int limit) {
    return shown(wholeEvents(jobId, after, limit));
  }

  /** With the secrets in them, for those who go on working with what was sent. */
  private EventPage wholeEvents(String jobId, long after, int limit) {
    CompletionStage<String> row = store.row(jobId); // first, so that "ended" is never too early
    CompletionStage<List<StoredEvent>> read = store.events(jobId, after, limit);
    boolean terminal = isTerminal(jobId, await(row));
    List<StoredEvent> events = await(read);
    long next = events.isEmpty() ? after : events.getLast().seq();
    return page(jobId, events, next, terminal && events.size() < limit);
  }

  @Override
  public EventPage lastEvents(String jobId, int limit) {
    CompletionStage<String> row = store.row(jobId);
    CompletionStage<List<StoredEvent>> read = store.lastEvents(jobId, limit);
    boolean terminal = isTerminal(jobId, await(row));
    List<StoredEvent> events = await(read);
    return shown(page(jobId, events, events.isEmpty() ? 0 : events.getLast().seq(), terminal));
  }

  private static EventPage shown(EventPage page) {
    return new EventPage(shown(page.events()), page.next(), page.ended());
  }

  private static List<String> shown(List<String> events) {
    return events.stream().map(Redaction::ofObject).toList();
  }

  private static EventPage page(String jobId, List<StoredEvent> events, long next, boolean ended) {
    return new EventPage(texts(jobId, events), next, ended);
  }

  /** Events are stored without the id that they all have in common. */
  private static List<String> texts(String jobId, List<StoredEvent> events) {
    String head = "{\"job_id\":" + Json.write(jobId) + ",";
    return events.stream().map(event -> head + event.json().substring(1)).toList();
  }

  private static boolean isTerminal(String jobId, String row) {
    return !row(jobId, row).path("live?").asBoolean();
  }

  private static ObjectNode row(String jobId, String text) {
    if (text == null) {
      throw MnException.notFound("job", jobId);
    }
    return parse(text);
  }

  @Override
  public Subscription watch(String jobId, Runnable onChange) {
    return watches.add(jobId, onChange);
  }

  @Override
  public ObjectNode send(String jobId, String agentId, ObjectNode message) {
    ObjectNode full = MessageForm.full(message);
    ObjectNode envelope = full.withObject("/envelope");
    JsonNode given = envelope.path("message_id");
    if (!given.isMissingNode() && (!given.isTextual() || given.asText().isBlank())) {
      throw MnException.invalid("message_id must be a text that is not empty");
    }
    String id = given.asText("msg-" + jobIdSuffixes.get());
    envelope.put("message_id", id);
    await(engine.deliver(jobId, agentId, full));
    ObjectNode answer = Json.object().put("accepted", true).put("job_id", jobId);
    return answer.put("agent_id", agentId).put("message_id", id);
  }

  @Override
  public ObjectNode replayDeadLetter(String jobId, int index) {
    return letters.replay(jobId, index);
  }

  @Override
  public Backup backup(String jobId) {
    return exports.of(jobId);
  }

  @Override
  public ObjectNode restore(Backup backup, String blueprintId, String runId) {
    return imports.restore(backup, blueprintId, runId);
  }

  @Override
  public ObjectNode fork(String jobId, ForkRequest request) {
    return forks.of(jobId, request);
  }

  private static ObjectNode parse(String json) {
    return Json.parseObject(json, "stored document");
  }

  /** Of what a call with an idempotency key asks for. */
  static String hash(String manifest, String bundle) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(manifest.getBytes(StandardCharsets.UTF_8));
      digest.update(("\0" + bundle).getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  static <T> T await(CompletionStage<T> stage) {
    try {
      return stage.toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | CompletionException e) {
      if (e.getCause() instanceof MnException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    } catch (TimeoutException e) {
      throw new MnException(ErrorCode.TIMEOUT, "timeout", "the runtime did not answer in time");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw MnException.unavailable("the call was interrupted", e);
    }
  }
}
