/**
 * What the program costs on this machine, each figure beside a floor that was measured in the same
 * run. Start with {@link io.mirrorneuron.bench.Benchmarks}; {@code docs/benchmarks.md} says how to
 * run and to read it.
 */
package io.mirrorneuron.bench;
