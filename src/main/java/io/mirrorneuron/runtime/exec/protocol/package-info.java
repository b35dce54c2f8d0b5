/**
 * What a program and its execution exchange: output, beacons, the clock of its step. {@link
 * Verdict} is the outcome of an ended program; {@link ProgramLog} makes log records of its output.
 * Uses {@code exec.process}.
 */
package io.mirrorneuron.runtime.exec.protocol;
