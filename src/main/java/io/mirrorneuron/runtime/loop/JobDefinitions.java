package io.mirrorneuron.runtime.loop;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.decide.Input;
import io.mirrorneuron.runtime.documents.JobHalt;
import io.mirrorneuron.runtime.port.JobStatus;
import io.mirrorneuron.runtime.state.JobDefinition;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.runtime.state.Redefinition;
import io.mirrorneuron.runtime.state.StateReader;
import io.mirrorneuron.runtime.state.StoredDefinition;
import io.mirrorneuron.runtime.state.StoredFields;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.store.JobStore;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** Reads and changes the definitions of jobs while they run. Thread-safe; no call blocks. */
public final class JobDefinitions {
  private final JobCommands commands;
  private final JobStore store;
  private final Function<String, Workflow> manifests;

  /**
   * @param manifests parses a stored manifest
   */
  JobDefinitions(JobCommands commands, JobStore store, Function<String, Workflow> manifests) {
    this.commands = commands;
    this.store = store;
    this.manifests = manifests;
  }

  /**
   * Changes agents of a job to those of another manifest, each between two of its messages;
   * completes when the order is durable. Idempotent. Fails as CONFLICT when the job's definition is
   * not the one the order is based on, as INVALID when more than the agents differs, as
   * PRECONDITION when the job has ended.
   */
  public CompletionStage<JobStatus> redefine(String jobId, Redefinition order) {
    return commands.give(
        jobId, new Input.Redefine(order), status -> true, status -> !status.isTerminal());
  }

  /**
   * Changes the role of a job in its deployment; completes when that is durable. The present role,
   * or one that may not follow it, changes nothing. Fails as PRECONDITION when the job has ended.
   */
  public CompletionStage<JobStatus> play(String jobId, String role) {
    return commands.give(
        jobId, new Input.Play(role), status -> true, status -> !status.isTerminal());
  }

  /**
   * Ends a job while no message waits and no program runs; otherwise fails as UNAVAILABLE.
   * Completes when the job has ended.
   *
   * @param spared agents that may still have work
   * @param reason for people
   */
  public CompletionStage<JobStatus> retire(String jobId, Set<String> spared, String reason) {
    return commands.give(
        jobId, new Input.Retire(spared, reason), JobStatus::isTerminal, status -> true);
  }

  /**
   * The definition of a job and the state of its agents, as of its last commit.
   *
   * @param standing why it does not continue, in the words of {@code mn job why}; null while it
   *     does
   * @param manifest the one it runs
   * @param bundle fingerprint of the payload files of the job, or null
   * @param definition has nothing pending once it has taken effect
   * @param isReviewed whether it waits for a person, as it could not continue by itself
   * @param agents by id, those that have received a message
   */
  public record Running(
      JobStatus status,
      String standing,
      String manifest,
      String bundle,
      StoredDefinition definition,
      boolean isReviewed,
      Map<String, AgentHealth> agents) {}

  /**
   * @param error why its last program failed; null when it did not
   * @param restartedAt last restart, in milliseconds since the epoch; 0 for never
   */
  public record AgentHealth(String error, long restartedAt) {}

  /** Fails as NOT_FOUND when there is no such job. */
  public CompletionStage<Running> look(String jobId) {
    return store
        .outline(jobId)
        .thenApply(
            stored -> {
              JobStore.StoredJob job = stored.orElseThrow(() -> MnException.notFound("job", jobId));
              return running(job, StateReader.outline(job, manifests.apply(job.manifest())));
            });
  }

  private static Running running(JobStore.StoredJob job, JobState state) {
    Map<String, AgentHealth> agents = new HashMap<>();
    state
        .agents()
        .forEach(
            agent ->
                agents.put(
                    agent.id(), new AgentHealth(agent.lastError(), agent.restarts().changedAt())));
    return new Running(
        state.status(),
        JobHalt.of(state.header()).orElse(null),
        job.manifest(),
        state.header().origin().bundle(),
        StoredDefinition.read(job.fields().get(JobDefinition.FIELD)),
        state.header().recovery() != null,
        agents);
  }

  /**
   * Fingerprints of the payload files of the jobs of all nodes, including ended jobs. Fails when a
   * state cannot be read, as the set is then unknown.
   */
  public CompletionStage<Set<String>> bundles() {
    Set<String> found = ConcurrentHashMap.newKeySet();
    return store // a file may move from the first set to the second meanwhile, and not the other
        // way round
        .eachState(JobDefinition.FIELD, text -> found.addAll(StoredDefinition.read(text).files()))
        .thenCompose(done -> store.eachState(StoredFields.HEADER, header -> note(header, found)))
        .thenApply(done -> found);
  }

  private static void note(String header, Set<String> found) {
    String bundle = StoredFields.bundleOf(header);
    if (bundle != null) {
      found.add(bundle);
    }
  }
}
