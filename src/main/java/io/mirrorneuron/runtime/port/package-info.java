/**
 * What the engine asks of the world around it: nodes ({@link Scheduler}), programs ({@link
 * Executions}), threads ({@link EventLoops}) and time ({@link Leader.Timers}). The store of jobs is
 * {@code store.JobStore}. Knows {@code runtime.workflow} only.
 */
package io.mirrorneuron.runtime.port;
