/**
 * One started program: its command line, environment, limits, and {@link Supervision} until nothing
 * of it is left. Uses {@code exec.spawn}, {@code exec.workspace} and {@code exec.settings}.
 */
package io.mirrorneuron.runtime.exec.process;
