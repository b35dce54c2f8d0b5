/** Slots that executions wait for. Entry point: {@link Pools}. Uses the engine's port. */
package io.mirrorneuron.runtime.exec.pool;
