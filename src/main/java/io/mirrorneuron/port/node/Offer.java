package io.mirrorneuron.port.node;

/**
 * The cluster that a node is to join.
 *
 * @param main name of the node that says so
 * @param version of its program
 * @param redisUrl of the store, with its password
 * @param namespace first part of every key there
 * @param joinToken of the cluster
 */
public record Offer(
    String main, String version, String redisUrl, String namespace, String joinToken) {
  /** Without what is secret. */
  @Override
  public String toString() {
    return "the cluster of " + main;
  }
}
