/**
 * What the client commands of {@code mn} share; the commands are in the packages below. No Vert.x,
 * no gRPC: they speak over {@link io.mirrorneuron.MirrorNeuron} with a runtime, and by {@link
 * io.mirrorneuron.cli.RestClient} with the HTTP API. Every command has one of the {@link
 * io.mirrorneuron.cli.ClientOptions}, which connect, and turn what goes wrong into one sentence and
 * an {@link io.mirrorneuron.cli.ExitCode}. {@link io.mirrorneuron.cli.Screen} says where output
 * goes and makes the commands.
 */
package io.mirrorneuron.cli;
