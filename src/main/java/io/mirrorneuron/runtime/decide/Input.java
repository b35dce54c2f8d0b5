package io.mirrorneuron.runtime.decide;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.human.HumanAct;
import io.mirrorneuron.runtime.port.Executions;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.runtime.state.Mailbox;
import io.mirrorneuron.runtime.state.Redefinition;
import io.mirrorneuron.runtime.workflow.KeptPlan;
import io.mirrorneuron.wire.Json;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What can happen to a job from outside its own state machine. */
public sealed interface Input {
  /**
   * The first input of every job.
   *
   * @param observed names of the nodes that were known to live when it was submitted; empty of one
   *     that was made from another
   */
  record Start(List<String> observed) implements Input {
    public Start {
      observed = List.copyOf(observed);
    }

    public Start() {
      this(List.of());
    }
  }

  /** The first input of a job that is restored from a backup of another one. */
  record Restored(FirstTurn from) implements Input {}

  /** The first input of a forked job, which begins where another one was. */
  record Forked(FirstTurn fork) implements Input {}

  /** The first turn of a job that was made from another one. */
  interface FirstTurn {
    void begin(JobState state, Turn turn, Ledger ledger, Rounds rounds);
  }

  /** Another job has begun from this one. */
  record ForkedTo(String jobId, JsonNode at) implements Input {
    void note(JobState state, Turn turn) {
      state.header().noteFork(jobId);
      turn.event("job_forked", Json.object().put("new_job_id", jobId).set("at", at));
    }
  }

  /**
   * Nodes have come or gone, for a job of which each runs a copy. What is so already changes
   * nothing.
   *
   * @param nodes that are to run a copy
   * @param left nodes that are to run none any more, with the reasons, for people
   * @param known all nodes that there are, alive or not; empty when that is not known. What others
   *     ran is over
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
   * @param at the mailbox that waited, or null when it was the job
   */
  record Due(Mailbox.Address at) implements Input {}

  /** Somebody asked for it and waits for the outcome, which may be that it was refused. */
  sealed interface Command extends Input {}

  /**
   * @param drain whether programs that run may end by themselves
   * @param by the name that the caller's token vouches for, or null
   */
  record Pause(boolean drain, String by) implements Command {}

  /**
   * @param by the name that the caller's token vouches for, or null
   */
  record Resume(String by) implements Command {}

  /**
   * @param by the name that the caller's token vouches for, or null
   * @param reason the caller's words, or null
   */
  record Cancel(String by, String reason) implements Command {}

  /**
   * The job ends if it has nothing in hand: no message waits, no program runs.
   *
   * @param spared agents that may have; their programs are ended
   * @param reason for people
   */
  record Retire(Set<String> spared, String reason) implements Command {
    /** A copy of an agent on a node is called {@code agent@node}. */
    boolean spares(Mailbox mailbox) {
      int at = mailbox.agentId().indexOf('@');
      return spared.contains(mailbox.agentId())
          || at > 0 && spared.contains(mailbox.agentId().substring(0, at));
    }
  }

  /**
   * Programs end, and a person looks at the job before it goes on.
   *
   * @param reason for people
   */
  record Review(String reason) implements Command {}

  /** A message from outside the graph, for example a replayed dead letter. */
  record Deliver(String agentId, ObjectNode message) implements Command {}

  /** Of a deployment. */
  sealed interface OfDeployment extends Command {}

  /** Agents are to be what another manifest says, see {@link Redefinition}. */
  record Redefine(Redefinition order) implements OfDeployment {}

  /**
   * The job has another role in its deployment.
   *
   * @param role see {@link io.mirrorneuron.runtime.state.StoredDefinition.DeployedBy}
   */
  record Play(String role) implements OfDeployment {}

  /**
   * Somebody does something about a question of the job.
   *
   * @param runId of the job; another one has no such question
   * @param act about a step, see {@link HumanAct#ofStep}
   */
  record Decide(String runId, HumanAct act) implements Command {}

  /**
   * The state was loaded from the store.
   *
   * @param live executions of this job that are known to run, here or on other nodes
   * @param takenOver whether an earlier owner is gone, rather than the store having been away
   * @param move where the agents run from now on, if that is on another node than before; else null
   * @param overdue why it is cancelled instead of going on; null when it goes on
   */
  record Loaded(Set<String> live, boolean takenOver, Move move, String overdue) implements Input {}

  /**
   * The job is on another node now.
   *
   * @param members of the event that tells it; null when it had no plan before
   */
  record Move(KeptPlan plan, ObjectNode members) {}

  /**
   * Deciding on earlier inputs threw an exception, and would do so again: the job fails.
   *
   * @param reason for people
   */
  record Broken(String reason) implements Input {}

  /**
   * Somebody who follows the job has seen something.
   *
   * @param type of the event that is made of it
   */
  record Observed(String type, ObjectNode members) implements Input {}

  /** The turn before this one left messages that need no waiting. */
  record Continue() implements Input {}
}
