/**
 * One started program: its command line, environment and limits, {@link Supervision} until none of
 * its processes is left, {@link TreeBounds} for all its processes together, {@link Sampler} for
 * what they use, and {@link PythonEnvironments} for packages it lists. Uses {@code exec.spawn},
 * {@code exec.confine} and {@code exec.workspace}.
 */
package io.mirrorneuron.runtime.exec.process;
