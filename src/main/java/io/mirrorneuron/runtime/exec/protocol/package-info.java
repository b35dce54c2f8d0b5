/**
 * What a program and its execution tell each other: output, beacons, the clock of its step. {@link
 * Verdict} is what an ended program amounts to. Uses {@code exec.process}.
 */
package io.mirrorneuron.runtime.exec.protocol;
