/**
 * Shared parts of the client commands of {@code mn}; the commands are in the packages below. No
 * Vert.x, no gRPC: they use {@link io.mirrorneuron.MirrorNeuron} for a runtime and {@link
 * io.mirrorneuron.cli.RestClient} for the HTTP API. Every command has a {@link
 * io.mirrorneuron.cli.ClientOptions}, which connects, and turns failures into one sentence and an
 * {@link io.mirrorneuron.cli.ExitCode}. {@link io.mirrorneuron.cli.Screen} receives the output and
 * creates the commands.
 */
package io.mirrorneuron.cli;
