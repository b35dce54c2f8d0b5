/**
 * What running programs use of the machine, read every few seconds. Entry: {@link Sampler}. Uses
 * {@code exec.spawn} and the engine's port.
 */
package io.mirrorneuron.runtime.exec.meter;
