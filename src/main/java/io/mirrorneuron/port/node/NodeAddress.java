package io.mirrorneuron.port.node;

/**
 * Another node, and where it is reached.
 *
 * @param owner the node as the owner of jobs: its name, {@code #}, the id of its data directory
 * @param address {@code host:port} of its gRPC door
 */
public record NodeAddress(String owner, String address) {
  /** The name of the node. */
  public String name() {
    int end = owner.indexOf('#');
    return end < 0 ? owner : owner.substring(0, end);
  }
}
