/**
 * Keeps all processes of one program together to limits. Entry: {@link
 * io.mirrorneuron.runtime.exec.bound.TreeBounds}, which uses control groups where there are any and
 * else looks at the processes. Uses {@code exec.meter}, {@code exec.process} and {@code
 * exec.spawn}.
 */
package io.mirrorneuron.runtime.exec.bound;
