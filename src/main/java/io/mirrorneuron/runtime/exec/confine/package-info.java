/**
 * Confinement of step programs. Entry point: {@link io.mirrorneuron.runtime.exec.confine.Confiner},
 * which tests at start what the kernel enforces. Uses {@code exec.spawn} and {@code config}.
 */
package io.mirrorneuron.runtime.exec.confine;
