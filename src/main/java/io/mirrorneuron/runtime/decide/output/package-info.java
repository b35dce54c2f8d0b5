/**
 * What programs put out, as far as the decider reads it: {@link StepReport} says what the events of
 * one ask of its step, {@link NestedInputs} bounds what its payload carries along. Pure.
 */
package io.mirrorneuron.runtime.decide.output;
