package io.mirrorneuron.server;

/**
 * The cluster that a data directory has joined, as a file in it says.
 *
 * @param redisUrl of its store, with the password
 * @param namespace first part of every key there
 * @param joinToken that its nodes have in common
 * @param main the node that asked
 * @param joinedAt ISO-8601 in UTC
 */
public record JoinedCluster(
    String redisUrl, String namespace, String joinToken, String main, String joinedAt) {
  /** Whether it is the same cluster, whoever asked, and when. */
  public boolean isSame(String url, String keys, String token) {
    return redisUrl.equals(url) && namespace.equals(keys) && joinToken.equals(token);
  }

  /** Without what is secret. */
  @Override
  public String toString() {
    return "the cluster of " + main;
  }
}
