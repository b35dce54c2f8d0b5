/**
 * Golden answers: what clients see through every door of one packaged server, kept as files below
 * {@code src/test/resources/golden} and compared to the byte. {@link
 * io.mirrorneuron.golden.GoldenAnswersE2E} is the entry; a scenario makes jobs and asks, {@link
 * io.mirrorneuron.golden.Normaliser} replaces what no two runs have in common, and nothing else.
 * The server is known from outside only, so that its classes may be moved freely.
 */
package io.mirrorneuron.golden;
