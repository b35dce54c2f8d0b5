/**
 * The deterministic state machine of a job: inputs fold into the state and become effects. Entry:
 * {@link Decider}; one {@link Turn} is one commit. Knows no clock, no randomness, no store and no
 * I/O; uses {@code runtime.state}.
 */
package io.mirrorneuron.runtime.decide;
