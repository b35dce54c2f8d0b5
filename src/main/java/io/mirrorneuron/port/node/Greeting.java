package io.mirrorneuron.port.node;

/**
 * What a node tells of itself to who shows its join token, without what is secret.
 *
 * @param nodeName may be empty
 * @param clusterNodes names with commas between
 */
public record Greeting(
    String nodeName,
    String runtimeMode,
    String grpcHost,
    int grpcPort,
    String clusterNodes,
    boolean networkOnly) {}
