/**
 * What programs of steps are kept from. Entry: {@link
 * io.mirrorneuron.runtime.exec.confine.Confiner}, which tries at start whether the kernel keeps
 * anything. Uses {@code exec.spawn} and {@code config}.
 */
package io.mirrorneuron.runtime.exec.confine;
