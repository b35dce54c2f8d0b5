package io.mirrorneuron.runtime.loop;

import io.mirrorneuron.runtime.documents.FolderDemandReader;
import io.mirrorneuron.runtime.documents.ToldFacts;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.Execution.Placing;
import io.mirrorneuron.runtime.state.AgentState;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.runtime.state.LedgerSnapshot;
import io.mirrorneuron.runtime.state.Mailbox;
import io.mirrorneuron.runtime.state.Targets.Target;
import io.mirrorneuron.wire.NamedInputs;

/**
 * What is ordered when a program of a job starts.
 *
 * @param epoch under which this node owns the job
 */
record ProgramOrders(EngineContext context, long epoch) {

  Execution of(JobState state, Mailbox mailbox, String id) {
    AgentState agent = mailbox.owner();
    String bundle = state.definition().bundle(agent.id(), state.header().origin().bundle());
    return new Execution(
        id,
        state.jobId(),
        state.header().origin().runId(),
        agent.id(),
        "executor",
        agent.declared().template(),
        ToldFacts.tell(agent.declared().config(), state.workflow().source()),
        mailbox.head().json(),
        agent.memory(),
        LedgerSnapshot.context(state, mailbox.step()),
        NamedInputs.values(state.workflow().source()),
        agent.declared().resources(),
        agent.declared().request(),
        bundle == null ? null : context.bundles().apply(bundle),
        FolderDemandReader.of(state.workflow(), bundle),
        mailbox.step() != null && mailbox.step().declared().plain(),
        mailbox.attempt(),
        mailbox.flight().rank(),
        new Placing(
            epoch,
            agent.declared().policies().scheduling(),
            agent.declared().settings().pool(),
            agent.declared().settings().slots(),
            context.decider().isRepeatable(mailbox),
            agent.restarts().left(),
            state.header().origin().targets().of(agent.id()).map(Target::node).orElse(null),
            !state.hasBegun() && !mailbox.flight().had()));
  }
}
