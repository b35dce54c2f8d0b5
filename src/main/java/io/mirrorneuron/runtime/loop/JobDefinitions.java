package io.mirrorneuron.runtime.loop;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.decide.Input;
import io.mirrorneuron.runtime.port.JobStatus;
import io.mirrorneuron.runtime.state.StoredFields;
import io.mirrorneuron.runtime.state.definition.JobDefinition;
import io.mirrorneuron.runtime.state.definition.Redefinition;
import io.mirrorneuron.runtime.state.definition.StoredDefinition;
import io.mirrorneuron.store.JobStore;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** What jobs run: looks at it, and has it changed while they run. Thread-safe; no call blocks. */
public final class JobDefinitions {
  private final JobCommands commands;
  private final JobStore store;

  JobDefinitions(JobCommands commands, JobStore store) {
    this.commands = commands;
    this.store = store;
  }

  /**
   * Has agents of a job be what another manifest says, each between two of its messages; completes
   * when the order is durable. Asked again, it changes nothing. Fails as CONFLICT when the job has
   * another definition by now than the one that this follows, as INVALID when more differs than the
   * agents, as PRECONDITION when the job has ended.
   */
  public CompletionStage<JobStatus> redefine(String jobId, Redefinition order) {
    return commands.give(
        jobId, new Input.Redefine(order), status -> true, status -> !status.isTerminal());
  }

  /**
   * What a job runs and is to run, as of its last commit.
   *
   * @param definition nothing is pending when it has taken effect
   * @param bundle fingerprint of the payload files of the job, or null
   */
  public record Running(
      JobStatus status, String manifest, String bundle, StoredDefinition definition) {}

  /** Fails as NOT_FOUND when there is no such job. */
  public CompletionStage<Running> look(String jobId) {
    return store
        .outline(jobId)
        .thenApply(
            stored -> {
              JobStore.StoredJob job = stored.orElseThrow(() -> MnException.notFound("job", jobId));
              var header = StoredFields.header(job);
              return new Running(
                  header.status(),
                  job.manifest(),
                  header.origin().bundle(),
                  StoredDefinition.read(job.fields().get(JobDefinition.FIELD)));
            });
  }

  /**
   * Fingerprints of the payload files that jobs of any node have, ended ones too. Fails when a
   * state cannot be read, as the set is then not known.
   */
  public CompletionStage<Set<String>> bundles() {
    Set<String> found = ConcurrentHashMap.newKeySet();
    return store // what is in the one may be in the other later, and not the other way round
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
