/**
 * Runs the programs of executors on this machine. Entry: {@link
 * io.mirrorneuron.runtime.exec.HostLocalExecutions}; a run reads top to bottom in {@link
 * io.mirrorneuron.runtime.exec.HostLocalRun}, and what it needs lies in the packages beneath this
 * one. Uses the engine's port, {@code config}, {@code wire} and nothing else of ours.
 */
package io.mirrorneuron.runtime.exec;
