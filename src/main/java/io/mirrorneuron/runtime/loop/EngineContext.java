package io.mirrorneuron.runtime.loop;

import io.mirrorneuron.runtime.decide.Decider;
import io.mirrorneuron.runtime.decide.Input;
import io.mirrorneuron.runtime.decide.Turn;
import io.mirrorneuron.runtime.documents.JobRow;
import io.mirrorneuron.runtime.port.Executions;
import io.mirrorneuron.runtime.port.JobNews;
import io.mirrorneuron.runtime.port.Leader.Timers;
import io.mirrorneuron.runtime.state.Blobs;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.runtime.state.Mailbox;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.JobStore.Commit;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * What all jobs of a node share.
 *
 * @param manifests parses a stored manifest
 * @param bundles payload folder by fingerprint
 * @param changed is called for each job that has new events
 * @param stuck is called with the id of a job that cannot even be failed, and why
 * @param inlineLimit see {@link Blobs}
 */
record EngineContext(
    Engine.Ports ports,
    Decider decider,
    JobRow rows,
    Function<String, Workflow> manifests,
    Function<String, Path> bundles,
    JobNews changed,
    BiConsumer<String, Throwable> stuck,
    JobWatch watch,
    int inlineLimit) {

  Planning plans() {
    return new Planning(ports.scheduler(), timers(), rows);
  }

  JobStore store() {
    return ports.store();
  }

  Executions executions() {
    return ports.executions();
  }

  Timers timers() {
    return ports.timers();
  }

  /** Collects what must be known of a stored job before this node opens it. */
  CompletionStage<Planning.Known> known(JobState state) {
    List<String> flying =
        state.mailboxes().waiting().stream()
            .filter(Mailbox::isFlying)
            .map(mailbox -> mailbox.flight().executionId())
            .toList();
    CompletionStage<Set<String>> elsewhere =
        flying.isEmpty()
            ? CompletableFuture.completedStage(Set.of())
            : executions().elsewhere(state.jobId(), flying);
    return elsewhere.thenCombine(
        watch.overdue(state), (others, why) -> new Planning.Known(others, why.orElse(null)));
  }

  /** Announces new events of the job, if the turn has made any. */
  void tell(Turn turn, String jobId) {
    if (!turn.events().isEmpty()) {
      changed.changed(jobId, turn.isPressing());
    }
  }

  /**
   * Folds the inputs into the state. Throws what the decider throws; the state is then half changed
   * and must be discarded.
   *
   * @return the commit, or null when nothing has changed
   */
  Commit decide(List<Input> inputs, JobState state, Turn turn, long epoch) {
    for (Input input : inputs) {
      decider.decide(state, input, turn);
    }
    return turn.events().isEmpty() && !state.hasChanges()
        ? null
        : turn.commit(epoch, rows.of(state, turn.now()));
  }
}
