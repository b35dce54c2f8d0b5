/**
 * Runs the programs of executors. Entry: {@link io.mirrorneuron.runtime.exec.LocalExecutions}; a
 * run reads top to bottom in {@link io.mirrorneuron.runtime.exec.ExecutionRun} (queue, slots,
 * workspace), then in the {@link io.mirrorneuron.runtime.exec.Runner} that its manifest asks for.
 * What both need lies in the packages beneath this one. Uses the engine's port, {@code config},
 * {@code wire} and nothing else of ours.
 */
package io.mirrorneuron.runtime.exec;
