package io.mirrorneuron.wire;

/**
 * What another node is asked to read.
 *
 * @param owner that node as the owner of jobs; another one at its address refuses
 * @param address {@code host:port} of its gRPC door
 * @param area the tag of the operation
 * @param call JSON, as it goes to an area
 */
public record RemoteRead(
    String owner, String address, String area, String operation, String call) {}
