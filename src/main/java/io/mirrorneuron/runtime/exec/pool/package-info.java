/**
 * Slots that executions wait for. Entry: {@link Pools}. Uses {@code exec.settings} and the engine's
 * port.
 */
package io.mirrorneuron.runtime.exec.pool;
