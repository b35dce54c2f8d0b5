/**
 * How far a job is. Steps have one state machine, that of the runtime which runs them, and its
 * ledger ({@link io.mirrorneuron.port.LedgerView}) is what {@link
 * io.mirrorneuron.area.jobs.view.progress.LedgerSteps} shows. Events add what the ledger does not
 * hold: agents that share a step, since the ledger knows steps only; how much an agent has done,
 * its tokens, tools and model, which programs tell of themselves; messages and recent events; the
 * last time that anybody, programs included, wrote of a step; and which step began last, as two may
 * begin in the same millisecond.
 *
 * <p>Only a job without a ledger has its steps moved by events ({@link
 * io.mirrorneuron.area.jobs.view.progress.UntrackedStep}): one that another runtime ran, such as
 * the original core behind {@code mn gateway}; one of which only the run's folder is left; one of
 * agents without steps, whose agents the runtime tells of ({@link
 * io.mirrorneuron.area.jobs.view.progress.AgentSteps}).
 *
 * <p>Start with {@link io.mirrorneuron.area.jobs.view.progress.EventDigest}, which takes the
 * events, and {@link io.mirrorneuron.area.jobs.view.progress.ProgressSnapshot}, which writes the
 * document. Pure.
 */
package io.mirrorneuron.area.jobs.view.progress;
