/**
 * Runs the programs of executors. Entry point: {@link
 * io.mirrorneuron.runtime.exec.LocalExecutions}; an execution reads top to bottom in {@link
 * io.mirrorneuron.runtime.exec.ExecutionRun} (queue, slots, workspace), then in the {@link
 * io.mirrorneuron.runtime.exec.Runner} that its manifest selects. Shared parts are in the packages
 * below. Uses the engine's port, {@code config}, {@code wire}.
 */
package io.mirrorneuron.runtime.exec;
