package io.mirrorneuron.port;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

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
}
