/**
 * The client commands of {@code mn}, over {@link io.mirrorneuron.MirrorNeuron} only; no Vert.x, no
 * gRPC. Every command has a {@link io.mirrorneuron.cli.Client}, which connects, and turns what goes
 * wrong into one sentence and an {@link io.mirrorneuron.cli.ExitCode}. {@link
 * io.mirrorneuron.cli.Screen} says where output goes and makes the commands.
 */
package io.mirrorneuron.cli;
