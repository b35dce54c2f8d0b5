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
 * Jobs of a runtime, in this process or behind gRPC. Blocking and thread-safe; failures are {@link
 * io.mirrorneuron.model.MnException}. JSON shapes are those of the gRPC contract. Whoever is named
 * {@code by} is remembered; it is the name that the caller's token vouches for, null when it
 * vouches for none.
 */
public interface JobsPort {

  /**
   * Validates, stores and starts a job; returns when it is durable.
   *
   * @throws io.mirrorneuron.model.MnException MALFORMED or INVALID for what is no manifest or a
   *     payload path that leaves the bundle, CONFLICT when the idempotency key was used for another
   *     submission
   */
  SubmittedJob submit(Submission submission);

  /**
   * What {@link #submit} would say to it; nothing is stored. Everything that is wrong is in the
   * answer, so this fails only when nothing can be said now.
   */
  Validation validate(Submission submission);

  /**
   * Where the agents of the job would run if it were submitted; nothing is stored.
   *
   * @throws io.mirrorneuron.model.MnException what {@link #submit} would throw
   */
  JobPlan plan(Submission submission);

  /** All that is told of the job; NOT_FOUND when unknown. */
  JobDetail get(String jobId);

  /**
   * What lists and compact views need of {@link #get}: job and agents without manifest, topology,
   * result and events. An adapter that cannot tell them apart answers in full.
   */
  default JobDetail brief(String jobId) {
    return get(jobId);
  }

  /**
   * Why the job is where it is: the job itself, each step that is open and each agent that has
   * something to do, each with the record that says so.
   */
  Why why(String jobId);

  /**
   * Rows of jobs, newest change first. A page may have fewer rows than are wanted, though others
   * follow: who filters looks through a bounded number of jobs for each.
   *
   * @throws io.mirrorneuron.model.MnException INVALID for a cursor that is none
   */
  JobPage list(JobPage.Query query);

  /**
   * The first of all.
   *
   * @param limit rows at most; 0 or less means 100
   */
  default JobPage list(int limit, boolean includeTerminal) {
    return list(JobPage.Query.newest(limit, includeTerminal));
  }

  /**
   * Ends the job and its processes; a terminal job stays as it is. Returns the status word.
   *
   * @param by who cancels, or null
   * @param reason in the words of who cancels, or null; of several the first is remembered
   */
  String cancel(String jobId, String by, String reason);

  /** By nobody in particular, for no reason. */
  default String cancel(String jobId) {
    return cancel(jobId, null, null);
  }

  /**
   * Starts no program of the job any more, and returns when none runs. A paused job stays as it is;
   * PRECONDITION when the job has ended.
   *
   * @param drain whether those that run may end by themselves; else they are ended, and run again
   *     when the job is resumed
   * @param by who pauses; of several the first is remembered
   * @return the status word: {@code paused}, or {@code pausing} while draining outlasts the call
   */
  String pause(String jobId, boolean drain, String by);

  /** By nobody in particular. */
  default String pause(String jobId, boolean drain) {
    return pause(jobId, drain, null);
  }

  /**
   * Continues a paused job; a running one stays as it is. Returns the status word; PRECONDITION
   * when the job has ended.
   */
  String resume(String jobId, String by);

  /** By nobody in particular. */
  default String resume(String jobId) {
    return resume(jobId, null);
  }

  /** Deletes every job that has ended; see the other. */
  default int clear(String adminToken) {
    return clear(adminToken, List.of());
  }

  /** How many jobs can be cleared by their ids at once. */
  int MOST_CLEARED = 1000;

  /**
   * Deletes jobs that have ended. Returns how many.
   *
   * @param jobIds only these, at most {@link #MOST_CLEARED}; empty for all that have ended
   * @throws io.mirrorneuron.model.MnException FORBIDDEN when it is not the runtime's admin token;
   *     NOT_FOUND or PRECONDITION, and nothing is deleted, when one of these is not there or open
   */
  int clear(String adminToken, List<String> jobIds);

  /** The first {@code limit} events with a sequence number above {@code after}. */
  EventPage events(String jobId, long after, int limit);

  /** The last {@code limit} events, oldest first. */
  EventPage lastEvents(String jobId, int limit);

  /**
   * Calls {@code onChange} after each commit that adds events to the job, from any thread, until
   * closed. A call may stand for several commits. Watching an unknown job is no failure: reading it
   * is. Each watch of a listener is closed on its own; closing one again does nothing.
   */
  Subscription watch(String jobId, Runnable onChange);

  /**
   * Gives a message to an agent of a job that has not ended; while the job is paused it waits.
   *
   * @param message in one of the forms of {@link io.mirrorneuron.wire.MessageForm}; without a
   *     sender it comes from {@code external}, without a type or class it is a {@code command}
   * @return once the message is durable
   * @throws io.mirrorneuron.model.MnException NOT_FOUND for an unknown job or agent, PRECONDITION
   *     when the job has ended, CONFLICT when its {@code message_id} was used for another message,
   *     EXHAUSTED {@code retry_later} when the agent has too much to do
   */
  SentMessage send(String jobId, String agentId, ObjectNode message);

  /**
   * Hands the message of dead letter {@code index} to its agent again.
   *
   * @throws io.mirrorneuron.model.MnException NOT_FOUND when there is no such dead letter,
   *     PRECONDITION when the job has ended or the message has no receiver
   */
  ReplayedLetter replayDeadLetter(String jobId, int index);

  /**
   * A copy of a paused job with its bundle; the job stays as it is.
   *
   * @throws io.mirrorneuron.model.MnException PRECONDITION unless the job is paused
   */
  Backup backup(String jobId);

  /**
   * Makes a new, paused job that is as far as the one of the backup was, under ids of its own.
   *
   * @param blueprintId null for the one of the backup, else the graph's id
   * @param runId null for a new one
   * @param by who restores, and so submits the new job
   * @throws io.mirrorneuron.model.MnException INVALID when it is no backup that can be restored
   */
  RestoredJob restore(Backup backup, String blueprintId, String runId, String by);

  /** By nobody in particular. */
  default RestoredJob restore(Backup backup, String blueprintId, String runId) {
    return restore(backup, blueprintId, runId, null);
  }

  /**
   * Makes a new job that begins where another one was: with its manifest and payload files, under
   * ids of its own. What had ended by then is taken over with its output, the rest is done again.
   * Both jobs remember the other.
   *
   * @throws io.mirrorneuron.model.MnException NOT_FOUND for an unknown job or step, PRECONDITION
   *     when the job had not come so far, INVALID for inputs of what does not start anew,
   *     UNAVAILABLE when the job is open on another node; nothing is made then
   */
  ForkedJob fork(String jobId, ForkRequest request);

  /**
   * Has somebody decide on a request that a step of the job asks people, claim it or give it back.
   * Whether that is allowed is decided on what the job itself knows. The same answer again changes
   * nothing.
   *
   * @return the record of it, as {@code human.jsonl} of the run will have it
   * @throws io.mirrorneuron.model.MnException NOT_FOUND when the job, the run of it or the request
   *     is unknown, INVALID with what does not fit, FORBIDDEN {@code not_assigned} or {@code
   *     unproven_name}, CONFLICT when it was answered, closed or claimed, UNAVAILABLE when the job
   *     is open on another node
   */
  ObjectNode decide(String jobId, HumanDecision decision);

  /** A watch that can be ended. */
  interface Subscription extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Answer to a submission.
   *
   * @param status {@code pending}; of a call that was repeated, how far the job is that the first
   *     made
   * @param warnings what the author should look at though the job can run
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
   * Where a new job begins that takes over what another one had done by then.
   *
   * @param step it and all that follows is done again; null when {@code event} says where
   * @param event the job as it was after the event with this sequence number; 0 is its beginning
   * @param inputs bodies that take the place of those the steps, or at the beginning the
   *     entrypoints, were started with
   * @param bundle what the new job runs instead of the manifest and files of the other one, with
   *     the same steps, edges and agents; null for the same
   * @param idempotencyKey same key and content: same job; null means every call makes a job
   * @param submittedBy the name that the caller's token vouches for; null when it vouches for none
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

    /** The same with other {@code inputs}. */
    public ForkRequest with(Map<String, JsonNode> others) {
      return new ForkRequest(step, event, others, bundle, idempotencyKey, submittedBy);
    }

    /** The same with another {@code bundle}. */
    public ForkRequest with(Submission other) {
      return new ForkRequest(step, event, inputs, other, idempotencyKey, submittedBy);
    }

    /** The same with another {@code idempotencyKey}. */
    public ForkRequest with(String key) {
      return new ForkRequest(step, event, inputs, bundle, key, submittedBy);
    }

    /** The same by another caller. */
    public ForkRequest by(String subject) {
      return new ForkRequest(step, event, inputs, bundle, idempotencyKey, subject);
    }
  }

  /**
   * The new job that begins where another one was.
   *
   * @param id the same as {@code jobId}
   * @param status {@code pending}; of a call that was repeated, how far the job is that the first
   *     made
   */
  public record ForkedJob(String id, String jobId, String status, ForkPoint forkedFrom) {}

  /** Where a job began: at a place of another one. */
  public record ForkPoint(String jobId, Place at) {

    /**
     * A text or a number in JSON.
     *
     * @param step null for a place between two events
     * @param event the number of the last event that was taken over, 0 for the beginning
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

  /** Answer to a message that is durable now; {@code accepted} is true. */
  public record SentMessage(boolean accepted, String jobId, String agentId, String messageId) {}

  /**
   * Answer to a dead letter that was delivered again; {@code replayed} is true.
   *
   * @param agentId who has the message now
   * @param index of the dead letter among those of the job, from 0
   */
  public record ReplayedLetter(boolean replayed, String jobId, String agentId, int index) {}

  /** Why a job is cancelled, in words for people. */
  public static final class CancelReason {
    private static final int MAX_CHARACTERS = 1000;

    private CancelReason() {}

    /**
     * The reason without blanks around it; null for none.
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
   * The new, paused job that was made of a backup.
   *
   * @param status {@code paused}
   * @param sourceJobId of the job that the backup was made of, as is {@code sourceRunId}
   * @param restoreProvenance what the job remembers of its backup, whose own {@code source} is part
   *     of it
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
     * What is expected of people.
     *
     * @param action a word of the contract
     * @param reason a sentence
     */
    public record Recovery(String jobId, String action, String reason) {}
  }

  /**
   * A paused job with all it has, from which another runtime can make a job that goes on there.
   * Nothing in it is hidden: it may hold secrets that the manifest, the payloads or messages hold.
   *
   * @param json the document {@code mn.backup.v1} or {@code v2}: {@code {schema_version,
   *     created_at, source, target_policy, sections, runtime: {job, agents, events}, bundle}};
   *     {@code bundle.executables} names the files that are programs, where the maker knew them
   * @param files the bundle by path: {@code manifest.json} and {@code payloads/…}
   */
  public record Backup(String json, Map<String, byte[]> files) {
    public static final String MANIFEST = "manifest.json";

    /** What paths of payload files begin with. */
    public static final String PAYLOADS = "payloads/";

    /** The value of {@code schema_version}. */
    public static final String SCHEMA = "mn.backup.v1";

    /** The same document, as clients of release 1.2.31 want it labelled: they refuse the other. */
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
   * @param ended true when the job is terminal and nothing follows this page; a page of {@link
   *     JobsPort#events} with as many events as were asked for never says so, the one behind it
   *     does
   */
  public record EventPage(List<String> events, long next, boolean ended) {
    /** The name under which the events of the cluster are read, as if they were those of a job. */
    public static final String CLUSTER = "__cluster__";

    public EventPage {
      events = List.copyOf(events);
    }
  }

  /**
   * What somebody does about a request of a job's step.
   *
   * @param runId of the job
   * @param action {@code respond}, {@code claim} or {@code release}
   * @param body as it was sent, with the name of who sent it as {@code by}
   * @param subject the name that the caller's token vouches for, or null
   */
  public record HumanDecision(
      String runId, String requestId, String action, ObjectNode body, String subject) {}
}
