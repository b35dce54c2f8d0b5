package io.mirrorneuron.port;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.MnException;
import java.util.List;
import java.util.Map;

/**
 * Jobs of a runtime, in this process or behind gRPC. Blocking. Thread-safe. Failures are {@link
 * io.mirrorneuron.model.MnException}. JSON shapes are those of the gRPC contract. A parameter
 * {@code by} is recorded; it is the name certified by the caller's token, null if it certifies
 * none.
 */
public interface JobsPort {

  /**
   * Validates, stores and starts a job; returns when it is durable.
   *
   * @throws io.mirrorneuron.model.MnException MALFORMED or INVALID for a bad manifest or a payload
   *     path that leaves the bundle, CONFLICT when the idempotency key was used for another
   *     submission
   */
  SubmittedJob submit(Submission submission);

  /**
   * Checks a submission as {@link #submit} would; nothing is stored. All errors are in the answer,
   * so this fails only when the check itself is not possible now.
   */
  Validation validate(Submission submission);

  /**
   * Plans the placement of the job's agents; nothing is stored.
   *
   * @throws io.mirrorneuron.model.MnException as {@link #submit}
   */
  JobPlan plan(Submission submission);

  /**
   * @throws io.mirrorneuron.model.MnException NOT_FOUND when unknown
   */
  JobDetail get(String jobId);

  /**
   * {@link #get} without manifest, topology, result and events, for lists and compact views. An
   * adapter without this distinction answers in full.
   */
  default JobDetail brief(String jobId) {
    return get(jobId);
  }

  /**
   * Explains the state of the job, of each open step and of each agent with work, each with the
   * record that proves it.
   */
  Why why(String jobId);

  /**
   * Rows of jobs, newest change first. A page may be short although more pages follow: a filtered
   * page examines a bounded number of jobs.
   *
   * @throws io.mirrorneuron.model.MnException INVALID for a malformed cursor
   */
  JobPage list(JobPage.Query query);

  /**
   * The newest jobs.
   *
   * @param limit rows at most; 0 or less means 100
   */
  default JobPage list(int limit, boolean includeTerminal) {
    return list(JobPage.Query.newest(limit, includeTerminal));
  }

  /**
   * Ends the job and its processes; a terminal job is unchanged.
   *
   * @param by who cancels, or null
   * @param reason the caller's words, or null; of several calls the first reason is kept
   * @return the status word
   */
  String cancel(String jobId, String by, String reason);

  default String cancel(String jobId) {
    return cancel(jobId, null, null);
  }

  /**
   * Starts no more programs of the job, and returns when none runs. A paused job is unchanged;
   * PRECONDITION when the job has ended.
   *
   * @param drain whether running programs may finish; otherwise they are stopped, and run again
   *     when the job is resumed
   * @param by who pauses; of several calls the first is kept
   * @return the status word: {@code paused}, or {@code pausing} while draining outlasts the call
   */
  String pause(String jobId, boolean drain, String by);

  default String pause(String jobId, boolean drain) {
    return pause(jobId, drain, null);
  }

  /**
   * Resumes a paused job; a running job is unchanged. Returns the status word; PRECONDITION when
   * the job has ended.
   */
  String resume(String jobId, String by);

  default String resume(String jobId) {
    return resume(jobId, null);
  }

  /** Deletes all ended jobs. */
  default int clear(String adminToken) {
    return clear(adminToken, List.of());
  }

  /** Maximum number of ids in one call of {@link #clear(String, List)}. */
  int MOST_CLEARED = 1000;

  /**
   * Deletes ended jobs. Returns their number.
   *
   * @param jobIds only these, at most {@link #MOST_CLEARED}; empty for all ended jobs
   * @throws io.mirrorneuron.model.MnException FORBIDDEN for a wrong admin token; NOT_FOUND or
   *     PRECONDITION, with nothing deleted, when one of these jobs is missing or open
   */
  int clear(String adminToken, List<String> jobIds);

  /** The first {@code limit} events with a sequence number above {@code after}. */
  EventPage events(String jobId, long after, int limit);

  /** The last {@code limit} events, oldest first. */
  EventPage lastEvents(String jobId, int limit);

  /**
   * Calls {@code onChange} after each commit that adds events to the job, from any thread, until
   * closed. One call may stand for several commits. Watching an unknown job does not fail; reading
   * it does. Each watch of a listener is closed separately; closing is idempotent.
   */
  Subscription watch(String jobId, Runnable onChange);

  /**
   * Sends a message to an agent of an open job; while the job is paused the message waits.
   *
   * @param message in one of the forms of {@link io.mirrorneuron.wire.MessageForm}; the default
   *     sender is {@code external}, the default type and class {@code command}
   * @return once the message is durable
   * @throws io.mirrorneuron.model.MnException NOT_FOUND for an unknown job or agent, PRECONDITION
   *     when the job has ended, CONFLICT when its {@code message_id} was used for another message,
   *     EXHAUSTED {@code retry_later} for backpressure
   */
  SentMessage send(String jobId, String agentId, ObjectNode message);

  /**
   * Delivers the message of dead letter {@code index} to its agent again.
   *
   * @throws io.mirrorneuron.model.MnException NOT_FOUND when there is no such dead letter,
   *     PRECONDITION when the job has ended or the message has no receiver
   */
  ReplayedLetter replayDeadLetter(String jobId, int index);

  /**
   * Copies a paused job with its bundle; the job is unchanged.
   *
   * @throws io.mirrorneuron.model.MnException PRECONDITION unless the job is paused
   */
  Backup backup(String jobId);

  /**
   * Makes a new, paused job with the progress of the backed-up job and new ids.
   *
   * @param blueprintId null for that of the backup, else the graph's id
   * @param runId null for a new id
   * @param by recorded as the submitter of the new job
   * @throws io.mirrorneuron.model.MnException INVALID when the backup cannot be restored
   */
  RestoredJob restore(Backup backup, String blueprintId, String runId, String by);

  default RestoredJob restore(Backup backup, String blueprintId, String runId) {
    return restore(backup, blueprintId, runId, null);
  }

  /**
   * Makes a new job from a point in another job: with its manifest and payload files, under new
   * ids. Work that had ended by then is taken over with its output, the rest runs again. Each job
   * records the other.
   *
   * @throws io.mirrorneuron.model.MnException NOT_FOUND for an unknown job or step, PRECONDITION
   *     when the job had not come so far, INVALID for inputs of a step that does not run again,
   *     UNAVAILABLE when the job is open on another node; no job is made then
   */
  ForkedJob fork(String jobId, ForkRequest request);

  /**
   * Answers, claims or releases a step's request to people. The job's own record decides whether
   * that is allowed. Repeating the same answer changes nothing.
   *
   * @return the record of it, as {@code human.jsonl} of the run will have it
   * @throws io.mirrorneuron.model.MnException NOT_FOUND when the job, its run or the request is
   *     unknown, INVALID for an answer that does not fit, FORBIDDEN {@code not_assigned} or {@code
   *     unproven_name}, CONFLICT when it was answered, closed or claimed, UNAVAILABLE when the job
   *     is open on another node
   */
  ObjectNode decide(String jobId, HumanDecision decision);

  interface Subscription extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Answer to a submission.
   *
   * @param status {@code pending}; for a repeated call, the current status of the job that the
   *     first call made
   * @param warnings for the author; the job can run
   */
  public record SubmittedJob(
      String jobId,
      String status,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> warnings) {
    public SubmittedJob {
      warnings = warnings == null ? List.of() : List.copyOf(warnings);
    }

    public SubmittedJob(String jobId, String status) {
      this(jobId, status, List.of());
    }

    public SubmittedJob at(String present) {
      return new SubmittedJob(jobId, present, warnings);
    }

    public SubmittedJob withWarnings(List<String> sentences) {
      return new SubmittedJob(jobId, status, sentences);
    }
  }

  /**
   * Request for a new job that takes over the completed work of another job and starts from there.
   *
   * @param step this step and all that follow run again; null when {@code event} is given
   * @param event fork from the state after the event with this sequence number; 0 is the beginning
   * @param inputs bodies that replace the inputs of steps, or at the beginning those of entry
   *     points
   * @param bundle replaces manifest and files, with the same steps, edges and agents; null to keep
   *     them
   * @param idempotencyKey same key and content: same job; null means every call makes a job
   * @param submittedBy the name certified by the caller's token; null if it certifies none
   */
  public record ForkRequest(
      String step,
      long event,
      Map<String, JsonNode> inputs,
      Submission bundle,
      String idempotencyKey,
      String submittedBy) {

    public ForkRequest {
      inputs = Map.copyOf(inputs);
    }

    public static ForkRequest atStep(String step) {
      return new ForkRequest(step, 0, Map.of(), null, null, null);
    }

    public static ForkRequest atEvent(long seq) {
      return new ForkRequest(null, seq, Map.of(), null, null, null);
    }

    public static ForkRequest atBeginning() {
      return atEvent(0);
    }

    /** Returns a copy with these {@code inputs}. */
    public ForkRequest with(Map<String, JsonNode> others) {
      return new ForkRequest(step, event, others, bundle, idempotencyKey, submittedBy);
    }

    /** Returns a copy with this {@code bundle}. */
    public ForkRequest with(Submission other) {
      return new ForkRequest(step, event, inputs, other, idempotencyKey, submittedBy);
    }

    /** Returns a copy with this {@code idempotencyKey}. */
    public ForkRequest with(String key) {
      return new ForkRequest(step, event, inputs, bundle, key, submittedBy);
    }

    /** Returns a copy with this {@code submittedBy}. */
    public ForkRequest by(String subject) {
      return new ForkRequest(step, event, inputs, bundle, idempotencyKey, subject);
    }
  }

  /**
   * The new job made by a fork.
   *
   * @param id the same as {@code jobId}
   * @param status {@code pending}; for a repeated call, the current status of the job that the
   *     first call made
   */
  public record ForkedJob(String id, String jobId, String status, ForkPoint forkedFrom) {}

  /** The job, and the place in it, from which a fork starts. */
  public record ForkPoint(String jobId, Place at) {

    /**
     * A string or a number in JSON.
     *
     * @param step null for a place between two events
     * @param event the number of the last event taken over, 0 for the beginning
     */
    public record Place(String step, long event) {
      public static Place atStep(String step) {
        return new Place(step, 0);
      }

      public static Place atEvent(long event) {
        return new Place(null, event);
      }

      @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
      static Place of(Object json) {
        return json instanceof Number number
            ? atEvent(number.longValue())
            : atStep(String.valueOf(json));
      }

      @JsonValue
      Object json() {
        return step == null ? (Object) event : step;
      }
    }
  }

  /** Answer to a message that is now durable; {@code accepted} is true. */
  public record SentMessage(boolean accepted, String jobId, String agentId, String messageId) {}

  /**
   * Answer to the redelivery of a dead letter; {@code replayed} is true.
   *
   * @param agentId of the receiver
   * @param index of the dead letter among those of the job, from 0
   */
  public record ReplayedLetter(boolean replayed, String jobId, String agentId, int index) {}

  /** The reason for a job's cancellation, as text for people. */
  public static final class CancelReason {
    private static final int MAX_CHARACTERS = 1000;

    private CancelReason() {}

    /**
     * Returns the stripped reason; null if blank.
     *
     * @throws MnException INVALID when it is longer than 1,000 characters
     */
    public static String checked(String reason) {
      if (reason == null || reason.isBlank()) {
        return null;
      }
      if (reason.length() > MAX_CHARACTERS) {
        throw MnException.invalid("reason must have at most " + MAX_CHARACTERS + " characters");
      }
      return reason.strip();
    }
  }

  /**
   * The new, paused job made from a backup.
   *
   * @param status {@code paused}
   * @param sourceJobId of the backed-up job, as is {@code sourceRunId}
   * @param restoreProvenance the job's record of its backup, including the backup's own {@code
   *     source}
   */
  public record RestoredJob(
      String jobId,
      String runId,
      String blueprintId,
      String status,
      String sourceJobId,
      String sourceRunId,
      JsonNode restoreProvenance,
      Recovery recovery) {

    /**
     * The action expected of people.
     *
     * @param action a word of the contract
     * @param reason a sentence
     */
    public record Recovery(String jobId, String action, String reason) {}
  }

  /**
   * A paused job with everything another runtime needs to restore it. Nothing is redacted: it may
   * contain secrets from the manifest, the payloads or messages.
   *
   * @param json the document {@code mn.backup.v1} or {@code v2}: {@code {schema_version,
   *     created_at, source, target_policy, sections, runtime: {job, agents, events}, bundle}};
   *     {@code bundle.executables} lists the executable files, where the creator knew them
   * @param files the bundle by path: {@code manifest.json} and {@code payloads/…}
   */
  public record Backup(String json, Map<String, byte[]> files) {
    public static final String MANIFEST = "manifest.json";

    /** Path prefix of payload files. */
    public static final String PAYLOADS = "payloads/";

    public static final String SCHEMA = "mn.backup.v1";

    /** The same document for clients of release 1.2.31, which refuse {@link #SCHEMA}. */
    public static final String SCHEMA_2 = "mn.backup.v2";

    public Backup {
      files = Map.copyOf(files);
    }
  }

  /**
   * A slice of a job's event log.
   *
   * @param events JSON texts in order; each carries its sequence number as {@code seq}
   * @param next the cursor to continue from: the sequence number of the last event read
   * @param ended true when the job is terminal and nothing follows this page; a full page of {@link
   *     JobsPort#events} is never marked ended, only the page after it
   */
  public record EventPage(List<String> events, long next, boolean ended) {
    /** Pseudo job id under which the events of the cluster are read. */
    public static final String CLUSTER = "__cluster__";

    public EventPage {
      events = List.copyOf(events);
    }
  }

  /**
   * A person's decision on a request of a job's step.
   *
   * @param action {@code respond}, {@code claim} or {@code release}
   * @param body as it was sent, with the sender's name as {@code by}
   * @param subject the name certified by the caller's token, or null
   */
  public record HumanDecision(
      String runId, String requestId, String action, ObjectNode body, String subject) {}
}
