package io.mirrorneuron.runtime.loop;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.human.DecisionRules;
import io.mirrorneuron.human.HumanRecord;
import io.mirrorneuron.human.HumanRequest;
import io.mirrorneuron.human.Person;
import io.mirrorneuron.human.RequestAction;
import io.mirrorneuron.human.RequestAction.Kind;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.JobsPort.HumanDecision;
import io.mirrorneuron.port.PeerJobs;
import io.mirrorneuron.runtime.decide.Input;
import io.mirrorneuron.runtime.port.JobStatus;
import io.mirrorneuron.runtime.state.AskedQuestion;
import io.mirrorneuron.runtime.state.AskedQuestions;
import io.mirrorneuron.runtime.state.JobHeader;
import io.mirrorneuron.runtime.state.StoredFields;
import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.JobStore.StoredJob;
import io.mirrorneuron.wire.Json;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Passes commands to the jobs of this node, or fails with the reason: the job is unknown, has
 * ended, is blocked, or is open on another node. Thread-safe.
 */
public final class JobCommands {
  /** Limit of agents named in an error. */
  private static final int SHOWN_AGENTS = 10;

  private final JobLoops loops;
  private final JobStore store;
  private final BlockedJobs blocked;
  private final String nodeName;
  private final Supplier<CompletionStage<?>> recovery;

  /**
   * @param recovery completes when the jobs this node had left open are open again
   */
  JobCommands(
      JobLoops loops,
      JobStore store,
      BlockedJobs blocked,
      String nodeName,
      Supplier<CompletionStage<?>> recovery) {
    this.loops = loops;
    this.store = store;
    this.blocked = blocked;
    this.nodeName = nodeName;
    this.recovery = recovery;
  }

  /**
   * Runs the command at once for an open job, otherwise after the recovery that follows a start.
   */
  private <T> CompletionStage<T> onceOpen(String jobId, Supplier<CompletionStage<T>> command) {
    return loops.isOpen(jobId)
        ? command.get()
        : recovery.get().thenCompose(recovered -> command.get());
  }

  /**
   * Answers {@code cancelled} once no process of the job lives; a terminal job stays as it is. An
   * open job whose state cannot be read is abandoned.
   *
   * @param by the name vouched for by the caller's token, or null
   * @param reason in the caller's words, or null; the first cancellation's caller and reason are
   *     kept
   */
  public CompletionStage<JobStatus> cancel(String jobId, String by, String reason) {
    return give(jobId, new Input.Cancel(by, reason), JobStatus::isTerminal, status -> true);
  }

  /**
   * Answers {@code paused} once nothing of the job runs.
   *
   * @param drain whether running programs may finish; otherwise they are ended, and run again when
   *     the job is resumed
   * @param by the name vouched for by the caller's token, or null
   */
  public CompletionStage<JobStatus> pause(String jobId, boolean drain, String by) {
    return give(
        jobId,
        new Input.Pause(drain, by),
        status -> status != JobStatus.PAUSING && !status.isActive(),
        status -> status == JobStatus.PAUSED);
  }

  /**
   * Answers the status once the job continues; it may be terminal when little was left to do.
   *
   * @param by the name vouched for by the caller's token, or null
   */
  public CompletionStage<JobStatus> resume(String jobId, String by) {
    return give(
        jobId, new Input.Resume(by), status -> status != JobStatus.PAUSED, JobStatus::isActive);
  }

  /**
   * Gives a message to an agent of a job that is not terminal; completes when it is durable.
   *
   * @param message in full, see {@link io.mirrorneuron.wire.MessageForm}; an id is added if missing
   */
  public CompletionStage<JobStatus> deliver(String jobId, String agentId, ObjectNode message) {
    return onceOpen(jobId, () -> deliverNow(jobId, agentId, message));
  }

  private CompletionStage<JobStatus> deliverNow(String jobId, String agentId, ObjectNode message) {
    JobLoop loop = loops.get(jobId);
    if (loop == null) {
      return store
          .outline(jobId)
          .thenApply(
              stored -> {
                Optional<String> obstacle = blocked.reason(jobId);
                if (obstacle.isPresent()) {
                  throw cannotGoOn(jobId, obstacle.get());
                }
                storedStatus(jobId, stored); // throws unless it is terminal
                throw MnException.precondition("job is not running");
              });
    }
    Set<String> agents = loop.agents();
    String target = agents.contains(agentId) ? agentId : agentId + "@" + nodeName;
    if (!agents.contains(target)) {
      return CompletableFuture.failedFuture(noAgent(jobId, agentId, agents));
    }
    return loop.ask(new Input.Deliver(target, message), status -> true);
  }

  private static MnException noAgent(String jobId, String agentId, Set<String> agents) {
    String known = agents.stream().limit(SHOWN_AGENTS).collect(Collectors.joining(", "));
    int more = agents.size() - SHOWN_AGENTS;
    String words = "job %s has no agent %s; it has %s%s";
    String rest = more > 0 ? " and " + more + " more" : "";
    return new MnException(
        ErrorCode.NOT_FOUND,
        "agent_not_found",
        words.formatted(jobId, agentId, known.isEmpty() ? "none" : known, rest));
  }

  private static MnException cannotGoOn(String jobId, String obstacle) {
    return MnException.precondition("job " + jobId + " cannot go on: " + obstacle);
  }

  /**
   * Acts on a question of the job; answers its record once it is durable. A repeated request also
   * gets the record from a job that has ended.
   */
  public CompletionStage<ObjectNode> decide(String jobId, HumanDecision decision) {
    return onceOpen(jobId, () -> decideNow(jobId, decision));
  }

  private CompletionStage<ObjectNode> decideNow(String jobId, HumanDecision decision) {
    RequestAction act = StepDecisions.act(decision);
    JobLoop loop = loops.get(jobId);
    CompletionStage<JobStatus> taken =
        loop == null
            ? CompletableFuture.completedFuture(null)
            : loop.ask(new Input.Decide(decision.runId(), act), status -> true);
    return taken
        .thenCompose(done -> store.outline(jobId))
        .thenApply(
            stored -> {
              StoredJob job = stored.orElseThrow(() -> MnException.notFound("job", jobId));
              return StepDecisions.recorded(job, decision.runId(), act)
                  .orElseThrow(() -> untaken(jobId, stored));
            });
  }

  private MnException untaken(String jobId, Optional<StoredJob> stored) {
    blocked
        .reason(jobId)
        .ifPresent(
            why -> {
              throw cannotGoOn(jobId, why);
            });
    storedStatus(jobId, stored); // throws when another node owns it
    return MnException.unavailable("job " + jobId + " has not taken the decision; try again", null);
  }

  /**
   * Passes the command to the job and answers with the first status that settles it. Fails as
   * PRECONDITION when the job has ended in an unwanted status.
   */
  CompletionStage<JobStatus> give(
      String jobId,
      Input.Command input,
      Predicate<JobStatus> settled,
      Predicate<JobStatus> wanted) {
    return onceOpen(jobId, () -> giveNow(jobId, input, settled, wanted));
  }

  private CompletionStage<JobStatus> giveNow(
      String jobId,
      Input.Command input,
      Predicate<JobStatus> settled,
      Predicate<JobStatus> wanted) {
    JobLoop loop = loops.get(jobId);
    Optional<String> obstacle = blocked.reason(jobId);
    if (loop == null && obstacle.isPresent()) {
      return input instanceof Input.Cancel cancel
          ? blocked.cancel(jobId, cancel)
          : CompletableFuture.failedFuture(cannotGoOn(jobId, obstacle.get()));
    }
    CompletionStage<JobStatus> status =
        loop != null ? loop.ask(input, settled) : giveToStored(jobId, input);
    return status.thenApply(
        reached -> {
          boolean wentOn = loop != null && input instanceof Input.Resume;
          if (!wanted.test(reached) && reached.isTerminal() && !wentOn) {
            throw MnException.precondition(
                "job " + jobId + " is in the terminal state " + reached.word());
          }
          return reached;
        });
  }

  private CompletionStage<JobStatus> giveToStored(String jobId, Input.Command input) {
    CompletionStage<JobStatus> status =
        store.outline(jobId).thenApply(stored -> storedStatus(jobId, stored));
    return input instanceof Input.Cancel cancel
        ? status.exceptionallyCompose(failure -> blocked.cancelDamaged(jobId, cancel, failure))
        : status;
  }

  private JobStatus storedStatus(String jobId, Optional<StoredJob> stored) {
    StoredJob job = stored.orElseThrow(() -> MnException.notFound("job", jobId));
    JobStatus status = StoredFields.header(job).status();
    if (!status.isTerminal()) {
      throw PeerJobs.notOwner(jobId);
    }
    return status;
  }

  /** Fails unless this node may write the job's next event: the job is open here, or has ended. */
  public CompletionStage<Void> checkEventsCanBeAdded(String jobId) {
    return onceOpen(
        jobId,
        () -> {
          if (loops.isOpen(jobId)) {
            return CompletableFuture.completedFuture(null);
          }
          Optional<String> obstacle = blocked.reason(jobId);
          return obstacle.isPresent()
              ? CompletableFuture.failedFuture(cannotGoOn(jobId, obstacle.get()))
              : store.outline(jobId).thenAccept(stored -> storedStatus(jobId, stored));
        });
  }

  /** Maps people's decisions on step requests between callers and the stored job. Pure. */
  private static final class StepDecisions {
    private StepDecisions() {}

    /**
     * @throws MnException INVALID for an unknown action, and the errors of {@link Person#of}
     */
    static RequestAction act(HumanDecision decision) {
      Kind kind =
          Stream.of(Kind.values())
              .filter(one -> one.word().equals(decision.action()))
              .findFirst()
              .orElseThrow(() -> MnException.invalid("action must be respond, claim or release"));
      Person by = Person.of(decision.body(), null, decision.subject());
      return new RequestAction(kind, decision.requestId(), decision.body(), by).ofStep();
    }

    /**
     * The record of the act in the stored job; empty when it could still be added.
     *
     * @throws MnException NOT_FOUND for another run or an unknown request, CONFLICT when the job
     *     has ended without it
     */
    static Optional<ObjectNode> recorded(StoredJob stored, String runId, RequestAction act) {
      JobHeader header = StoredFields.header(stored);
      AskedQuestion question = AskedQuestions.read(stored.fields()).get(act.requestId());
      if (question == null || !header.origin().runId().equals(runId)) {
        throw MnException.notFound("request", act.requestId());
      }
      HumanRequest request = question.request();
      Optional<HumanRecord> recorded = act.recorded(request, question.reported());
      if (recorded.isEmpty()) {
        boolean ended = header.status().isTerminal();
        DecisionRules.mustBeOpen(ended ? request.atEnd() : request, runId);
      }
      return recorded.map(record -> reported(record, stored, header));
    }

    private static ObjectNode reported(HumanRecord record, StoredJob stored, JobHeader header) {
      ObjectNode json = Json.object().put("run_id", header.origin().runId());
      json.put("job_id", stored.jobId()).put("trace_id", header.traceId());
      return json.put("channel", "human").setAll(record.json());
    }
  }
}
