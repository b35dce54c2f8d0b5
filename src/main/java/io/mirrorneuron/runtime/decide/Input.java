package io.mirrorneuron.runtime.decide;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.human.RequestAction;
import io.mirrorneuron.runtime.port.Executions;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.runtime.state.Mailbox;
import io.mirrorneuron.runtime.state.Redefinition;
import io.mirrorneuron.runtime.workflow.StoredPlan;
import io.mirrorneuron.wire.Json;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** An input of a job's state machine. */
public sealed interface Input {
  /**
   * The first input of every job.
   *
   * @param observed names of the nodes that were alive when it was submitted; empty for a job that
   *     was made from another job
   */
  record Start(List<String> observed) implements Input {
    public Start {
      observed = List.copyOf(observed);
    }

    public Start() {
      this(List.of());
    }
  }

  /** The first input of a job that is restored from a backup of another job. */
  record Restored(FirstTurn from) implements Input {}

  /** The first input of a fork. */
  record Forked(FirstTurn fork) implements Input {}

  /** The first turn of a job that was made from another job. */
  interface FirstTurn {
    void begin(JobState state, Turn turn, Ledger ledger, GraphRounds rounds);
  }

  /** A fork of this job has begun. */
  record ForkedTo(String jobId, JsonNode at) implements Input {
    void note(JobState state, Turn turn) {
      state.header().noteFork(jobId);
      turn.event("job_forked", Json.object().put("new_job_id", jobId).set("at", at));
    }
  }

  /**
   * Changes of the nodes that run copies of a system job. Idempotent.
   *
   * @param nodes that are to run a copy
   * @param left nodes that are to run none any more, with the reasons, for people
   * @param known all nodes of the cluster, alive or not; empty when that is not known. Copies on
   *     other nodes are over
   */
  record Spread(List<String> nodes, Map<String, String> left, Set<String> known) implements Input {
    public Spread {
      nodes = List.copyOf(nodes);
      left = Map.copyOf(left);
      known = Set.copyOf(known);
    }
  }

  record Signalled(Mailbox.Address to, String executionId, Executions.Signal signal)
      implements Input {}

  /**
   * A waiting time is over.
   *
   * @param at the mailbox that waited, or null for the job
   */
  record Due(Mailbox.Address at) implements Input {}

  /** An input whose sender waits for the outcome, which may be a refusal. */
  sealed interface Command extends Input {}

  /**
   * @param drain whether running programs may finish
   * @param by verified name of the caller, or null
   */
  record Pause(boolean drain, String by) implements Command {}

  /**
   * @param by verified name of the caller, or null
   */
  record Resume(String by) implements Command {}

  /**
   * @param by verified name of the caller, or null
   * @param reason in the caller's words, or null
   */
  record Cancel(String by, String reason) implements Command {}

  /**
   * Ends the job if it has nothing in hand: no message waits, no program runs.
   *
   * @param spared agents that may have work in hand; their programs are stopped
   * @param reason for people
   */
  record Retire(Set<String> spared, String reason) implements Command {
    /** The copy of an agent on a node is called {@code agent@node}. */
    boolean spares(Mailbox mailbox) {
      int at = mailbox.agentId().indexOf('@');
      return spared.contains(mailbox.agentId())
          || at > 0 && spared.contains(mailbox.agentId().substring(0, at));
    }
  }

  /**
   * Stops the programs; the job goes on after a person's review.
   *
   * @param reason for people
   */
  record Review(String reason) implements Command {}

  /** A message from outside the graph, for example a replayed dead letter. */
  record Deliver(String agentId, ObjectNode message) implements Command {}

  /** Commands of a deployment. */
  sealed interface OfDeployment extends Command {}

  /** Changes the definition of agents, see {@link Redefinition}. */
  record Redefine(Redefinition order) implements OfDeployment {}

  /**
   * The job has another role in its deployment.
   *
   * @param role see {@link io.mirrorneuron.runtime.state.StoredDefinition.DeployedBy}
   */
  record Play(String role) implements OfDeployment {}

  /**
   * A person acts on a question of the job.
   *
   * @param runId of the job; another run has no such question
   * @param act about a step, see {@link RequestAction#ofStep}
   */
  record Decide(String runId, RequestAction act) implements Command {}

  /**
   * The state was loaded from the store.
   *
   * @param live executions of this job that are known to run, here or on other nodes
   * @param takenOver whether an earlier owner is gone; false when only the store was away
   * @param move set when the agents run on another node than before, else null
   * @param overdue reason to cancel the job instead of going on; or null
   */
  record Loaded(Set<String> live, boolean takenOver, Move move, String overdue) implements Input {}

  /**
   * The job is on another node now.
   *
   * @param members of the event about it; null when the job had no plan before
   */
  record Move(StoredPlan plan, ObjectNode members) {}

  /**
   * Deciding on an input threw an exception, and would do so again: the job fails.
   *
   * @param reason for people
   */
  record Broken(String reason) implements Input {}

  /**
   * An observation from outside the state machine that becomes an event.
   *
   * @param type of the event
   */
  record Observed(String type, ObjectNode members) implements Input {}

  /** The previous turn left messages that need no waiting. */
  record Continue() implements Input {}
}
