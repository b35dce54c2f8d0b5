/**
 * Runs the programs of executors on this machine. Entry: {@link
 * io.mirrorneuron.runtime.exec.HostLocalExecutions}; a run reads top to bottom in {@link
 * io.mirrorneuron.runtime.exec.HostLocalRun}. Uses {@code runtime.engine}'s port, {@code config},
 * {@code wire} and nothing else of ours.
 */
package io.mirrorneuron.runtime.exec;
