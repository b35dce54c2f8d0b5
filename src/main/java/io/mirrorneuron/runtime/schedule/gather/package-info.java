/**
 * Events that make a job together: of several kinds within a time ({@code Correlation}), or many
 * until there is quiet ({@code Debounce}). {@code Gathered} is what waits, and goes from state to
 * state. Pure.
 */
package io.mirrorneuron.runtime.schedule.gather;
